/** Tests of the word tokenizer: the laws, agreement with HuggingFace tokenizers, what is learned, and what is refused. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { tokenizerFromJSON } from "../../src/tokenizers/read.ts";
import { learnWords, wordTokenizer, wordTokenizerFromJSON, type WordOptions } from "../../src/tokenizers/words.ts";
import { tokenizerLaws } from "../laws/tokenizer.laws.ts";

const { words: cases } = JSON.parse(readFileSync(new URL("../fixtures/trained_tokenizers_reference.json", import.meta.url), "utf8")) as {
  readonly words: readonly (WordOptions & {
    readonly words: readonly string[];
    readonly document: unknown;
    readonly samples: readonly { readonly text: string; readonly ids: number[]; readonly decoded: string }[];
  })[];
};

describe.each(cases)("unknown words: $unknown", ({ words, unknown, document, samples }) => {
  const tokenizer = wordTokenizer(words, { unknown });

  test("the document is the one that HuggingFace tokenizers write", () => {
    expect(tokenizer.toJSON()).toEqual(document);
    expect(tokenizerFromJSON(document).toJSON()).toEqual(document);
  });

  test.each(samples)("$text has the ids and the text of HuggingFace tokenizers", ({ text, ids, decoded }) => {
    expect(tokenizer.encode(text)).toEqual(ids);
    expect(tokenizer.decode(ids)).toBe(decoded);
  });
});

tokenizerLaws(() => wordTokenizer([" the", " cat", ",", "\n", "🙂"], { unknown: "refuse" }), {
  pieces: [" the", " cat", ",", "\n", "🙂"],
  foreign: "dog",
  read: wordTokenizerFromJSON,
});

test("the most frequent words are learned, of equally frequent ones the first by their letters", () => {
  const texts = ["b b a, b a c", "c!"];
  expect(learnWords(texts, 3)).toEqual([" a", " b", " c"]);
  expect(learnWords(texts, 99)).toEqual([" a", " b", " c", "!", ",", "b", "c"]);
  expect(learnWords([], 1)).toEqual([]);
  for (const size of [0, 1.5, Number.NaN]) expect(() => learnWords(texts, size)).toThrow(RangeError);
});

test("a text of learned words comes back, whatever its spaces", () => {
  const text = "  one, two  three_4 \n\tcafe\u0301 日本 🙂";
  const tokenizer = wordTokenizer(learnWords([text], 100), { unknown: "refuse" });
  expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
});

describe("refusals", () => {
  test.each([
    [[], "expected at least one word, got none"],
    [["a b"], 'expected single words, got "a b"'],
    [[""], 'expected single words, got ""'],
    [["a", ",", "a"], 'expected different words, got "a" twice'],
  ])("of the words %j", (words, message) => {
    expect(() => wordTokenizer(words, { unknown: "refuse" })).toThrow(message);
  });

  test("of text that spells a special token, and of documents with others", () => {
    const tokenizer = wordTokenizer(["<", "pad", "eos", "unk", ">"], { unknown: "token" });
    expect(() => tokenizer.encode("a<unk>")).toThrow("expected text without special tokens, got <unk>");
    const document = JSON.stringify(tokenizer.toJSON());
    expect(() => wordTokenizerFromJSON(JSON.parse(document.replaceAll('"<pad>"', '"[PAD]"')))).toThrow(/expected special tokens/u);
    expect(() => wordTokenizerFromJSON(null)).toThrow(TypeError);
  });
});
