/** Tests of the character tokenizer: the laws, agreement with HuggingFace tokenizers, and what it refuses. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { characterTokenizer, characterTokenizerFromJSON } from "../../src/tokenizers/characters.ts";
import { tokenizerLaws } from "../laws/tokenizer.laws.ts";

interface Reference {
  readonly cases: readonly {
    readonly alphabet: string;
    readonly document: unknown;
    readonly vocabularySize: number;
    readonly samples: readonly { readonly text: string; readonly ids: readonly number[]; readonly decoded: string }[];
    readonly foreign: readonly { readonly text: string; readonly refused: boolean }[];
    readonly withSpecials: readonly { readonly ids: readonly number[]; readonly decoded: string }[];
  }[];
}
const reference = JSON.parse(readFileSync(new URL("../fixtures/tokenizer_reference.json", import.meta.url), "utf8")) as Reference;

describe.each(reference.cases)("alphabet $alphabet", ({ alphabet, document, vocabularySize, samples, foreign, withSpecials }) => {
  tokenizerLaws(() => characterTokenizer(alphabet), { pieces: Array.from(alphabet), foreign: "x", read: characterTokenizerFromJSON });
  const tokenizer = characterTokenizer(alphabet);

  test("the document is the one that HuggingFace tokenizers read", () => {
    expect(tokenizer.toJSON()).toEqual(document);
    expect(tokenizer.vocabularySize).toBe(vocabularySize);
  });

  test.each(samples)("$text has the ids and the decoded text of HuggingFace tokenizers", ({ text, ids, decoded }) => {
    expect(tokenizer.encode(text)).toEqual(ids);
    expect(tokenizer.decode(ids)).toBe(decoded);
  });

  test.each(withSpecials)("$ids decode as in HuggingFace tokenizers", ({ ids, decoded }) => {
    expect(tokenizer.decode(ids)).toBe(decoded);
  });

  test.each(foreign)("$text is refused as in HuggingFace tokenizers", ({ text, refused }) => {
    expect(refused).toBe(true);
    expect(() => tokenizer.encode(text)).toThrow(RangeError);
  });
});

describe("refusals", () => {
  test.each([
    ["", "expected at least one character, got an empty alphabet"],
    ["abca", 'expected different characters, got "a" twice'],
    ["a\ud83d", "expected whole characters, got half a surrogate pair"],
  ])("of the alphabet %j", (alphabet, message) => {
    expect(() => characterTokenizer(alphabet)).toThrow(new RangeError(`character tokenizer: ${message}`));
  });

  test("of text that spells a special token, even where the alphabet has its characters", () => {
    const tokenizer = characterTokenizer("<pad>eos");
    expect(tokenizer.encode("<pa>")).toEqual([2, 3, 4, 6]);
    expect(() => tokenizer.encode("a<eos>")).toThrow("expected text without special tokens, got <eos>");
  });

  test("of documents with other special tokens or longer pieces", () => {
    const document = JSON.stringify(characterTokenizer("ab").toJSON());
    expect(() => characterTokenizerFromJSON(JSON.parse(document.replaceAll("<pad>", "[PAD]")))).toThrow(RangeError);
    expect(() => characterTokenizerFromJSON(JSON.parse(document.replace('"b":3', '"bc":3')))).toThrow(
      'expected pieces of one character, got "bc"',
    );
  });
});
