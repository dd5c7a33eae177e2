/** Whole documents: added tokens, and what is refused. */
import { describe, expect, test } from "vitest";
import { readDocument } from "../../../src/tokenizers/huggingface/document.ts";

const added = (id: number, content: string, options: object = {}) => ({
  id,
  content,
  single_word: false,
  lstrip: false,
  rstrip: false,
  normalized: false,
  special: true,
  ...options,
});
const document = {
  version: "1.0",
  truncation: null,
  padding: { strategy: "BatchLongest" },
  added_tokens: [added(0, "a"), added(6, "<end>"), added(7, "<think>", { special: false })],
  normalizer: null,
  pre_tokenizer: null,
  post_processor: null,
  decoder: null,
  model: { type: "WordLevel", vocab: { a: 0, b: 1 }, unk_token: "a" },
};

test("tokens beyond the vocabulary count, special ones have no text, gaps have none", () => {
  const read = readDocument(document);
  expect([read.size, read.idOf("<end>"), read.idOf("b"), read.idOf("c")]).toEqual([8, 6, 1, undefined]);
  expect([...read.special]).toEqual([0, 6]);
  expect([0, 1, 3, 7].map(read.tokenOf)).toEqual(["a", "b", "", "<think>"]);
});

describe("refusals", () => {
  test.each([
    ["of no object", null, TypeError],
    ["of a list", [], TypeError],
    ["of another version", { ...document, version: "2.0" }, TypeError],
    ["of an unknown key", { ...document, extra: 1 }, TypeError],
    ["of no added tokens", { ...document, added_tokens: undefined }, TypeError],
    ["of whole words only", { ...document, added_tokens: [added(6, "x", { single_word: true })] }, TypeError],
    ["of an empty token", { ...document, added_tokens: [added(6, "")] }, TypeError],
    ["of an absurd id", { ...document, added_tokens: [added(2 ** 30, "x")] }, TypeError],
    ["of a piece under another id", { ...document, added_tokens: [added(6, "b")] }, RangeError],
    ["of an id of another piece", { ...document, added_tokens: [added(1, "x")] }, RangeError],
    ["of an id twice", { ...document, added_tokens: [added(6, "x"), added(6, "y")] }, RangeError],
    ["of a token twice", { ...document, added_tokens: [added(6, "x"), added(7, "x")] }, RangeError],
  ])("%s", (_what, value, kind) => {
    expect(() => readDocument(value)).toThrow(kind);
    expect(() => readDocument(value)).toThrow(/^tokenizer\.json: (un)?expected /u);
  });
});
