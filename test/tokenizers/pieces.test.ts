/** Tests of the tokenizer of pieces: the laws, agreement with HuggingFace tokenizers, and what it refuses. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { characterTokenizer } from "../../src/tokenizers/characters.ts";
import { pieceTokenizer, pieceTokenizerFromJSON } from "../../src/tokenizers/pieces.ts";
import { tokenizerLaws } from "../laws/tokenizer.laws.ts";

interface Reference {
  readonly pieces: {
    readonly document: unknown;
    readonly samples: readonly { readonly text: string; readonly ids: readonly number[]; readonly decoded: string }[];
    readonly foreign: readonly { readonly text: string; readonly refused: boolean }[];
  };
}
const { pieces: reference } = JSON.parse(
  readFileSync(new URL("../fixtures/tokenizer_reference.json", import.meta.url), "utf8"),
) as Reference;

const pieces = ["1", "2", "+", "12", "21", "112", "+1"];

tokenizerLaws(() => pieceTokenizer(pieces), { pieces, foreign: "x", read: pieceTokenizerFromJSON });
const tokenizer = pieceTokenizer(pieces);

test("the longest piece comes first, from left to right", () => {
  expect(tokenizer.encode("1121+12")).toEqual([7, 2, 8, 3]);
});

test("the document is the one that HuggingFace tokenizers read", () => {
  expect(tokenizer.toJSON()).toEqual(reference.document);
});

test.each(reference.samples)("$text has the ids and the decoded text of HuggingFace tokenizers", ({ text, ids, decoded }) => {
  expect(tokenizer.encode(text)).toEqual(ids);
  expect(tokenizer.decode(ids)).toBe(decoded);
});

test.each(reference.foreign)("$text is refused as in HuggingFace tokenizers", ({ text, refused }) => {
  expect(refused).toBe(true);
  expect(() => tokenizer.encode(text)).toThrow(RangeError);
});

describe("refusals", () => {
  test.each([
    [[], "at least one piece"],
    [["a", ""], "none of them empty"],
    [["a", "b", "a"], 'got "a" twice'],
  ])("of the pieces %j", (given, message) => {
    expect(() => pieceTokenizer(given)).toThrow(message);
  });

  test("of text that spells a special token, and of documents with others", () => {
    const risky = pieceTokenizer(Array.from("<pad>eos"));
    expect(() => risky.encode("a<eos>")).toThrow("expected text without special tokens, got <eos>");
    const document = JSON.stringify(tokenizer.toJSON());
    expect(() => pieceTokenizerFromJSON(JSON.parse(document.replaceAll("<pad>", "[PAD]")))).toThrow(/expected special tokens/u);
    expect(() => pieceTokenizerFromJSON(characterTokenizer("12").toJSON())).toThrow(TypeError);
  });
});
