/** Vocabularies and merges of strangers: what is read, and what is refused before anything is built. */
import { describe, expect, test } from "vitest";
import { nowhere, readModel } from "../../../src/tokenizers/huggingface/models.ts";

const bpe = { type: "BPE", vocab: { a: 0, b: 1, ab: 2 }, merges: ["a b"] };
const unigram = {
  type: "Unigram",
  vocab: [
    ["a", -1],
    ["b", -2.5],
  ],
  unk_id: 0,
};
const wordPiece = { type: "WordPiece", vocab: { a: 0 }, unk_token: "a", continuing_subword_prefix: "##", max_input_chars_per_word: 100 };
const wordLevel = { type: "WordLevel", vocab: { a: 0, "\n": 1, constructor: 2 }, unk_token: "a" };

test("pieces, their ids and the longest", () => {
  const model = readModel(bpe);
  expect([...model.ids]).toEqual([
    ["a", 0],
    ["b", 1],
    ["ab", 2],
  ]);
  expect(model.longest).toBe(2);
  expect([...readModel(unigram).ids.keys()]).toEqual(["a", "b"]);
  expect(readModel(wordLevel).ids.get("constructor")).toBe(2);
  expect(readModel(JSON.parse('{"type":"WordLevel","vocab":{"__proto__":0},"unk_token":""}')).ids.get("__proto__")).toBe(0);
});

test("both ways of writing merges are one; without an unknown token text without an id is not dropped", () => {
  expect(readModel({ ...bpe, merges: [["a", "b"]] }).spelled).toEqual(readModel(bpe).spelled);
  expect(readModel(bpe).spelled).toMatchObject({ unk_token: nowhere, merges: [["a", "b"]] });
  expect(readModel({ ...bpe, unk_token: "a" }).spelled).toMatchObject({ unk_token: "a" });
});

describe("refused as of another kind", () => {
  test.each([
    ["no model", null, "expected type to be one of BPE, Unigram, WordLevel, WordPiece at /model, got nothing"],
    ["an unknown model", { type: "Tiktoken" }, 'got "Tiktoken"'],
    ["dropout", { ...bpe, dropout: 0.1 }, "at /model/dropout, got 0.1"],
    ["prefixes in BPE", { ...bpe, continuing_subword_prefix: "##" }, "at /model/continuing_subword_prefix"],
    ["bytes of Unigram", { ...unigram, byte_fallback: true }, "at /model/byte_fallback"],
    ["an option of tomorrow", { ...bpe, speed: 2 }, "at /model/speed"],
    ["very long words", { ...wordPiece, max_input_chars_per_word: 1e9 }, "at /model/max_input_chars_per_word, got 1000000000"],
    ["a score that is text", { ...unigram, vocab: [["a", "b"]] }, 'expected a piece and its score at /model/vocab/0, got ["a","b"]'],
    ["no score", { ...unigram, vocab: [["a"]] }, "at /model/vocab/0"],
  ])("%s", (_what, model, message) => {
    expect(() => readModel(model)).toThrow(TypeError);
    expect(() => readModel(model)).toThrow(message);
  });
});

describe("refused as out of bounds", () => {
  test.each([
    ["nothing", { ...bpe, vocab: {} }, "expected 1 to"],
    ["an id twice", { ...bpe, vocab: { a: 0, b: 0 } }, 'got 0 for "b"'],
    ["an absurd id", { ...bpe, vocab: { a: 2 ** 40 } }, 'got 1099511627776 for "a"'],
    ["a fraction", { ...bpe, vocab: { a: 0.5 } }, 'got 0.5 for "a"'],
    ["an id that is text", { ...bpe, vocab: { a: "0" } }, 'got "0" for "a"'],
    [
      "a piece twice",
      {
        ...unigram,
        vocab: [
          ["a", 0],
          ["a", 0],
        ],
      },
      'got 1 for "a"',
    ],
    ["a piece without end", { ...wordLevel, vocab: { ["x".repeat(2000)]: 0 } }, "expected pieces of at most 1024 characters, got 2000"],
    ["a merge of one", { ...bpe, merges: ["ab"] }, 'at /model/merges/0, got "ab"'],
    ["a merge of three", { ...bpe, merges: ["a b ab"] }, "at /model/merges/0"],
    [
      "a merge into nothing",
      { ...bpe, merges: [["b", "a"]] },
      'expected two pieces of the vocabulary that make a third at /model/merges/0, got ["b","a"]',
    ],
    ["an unknown token outside", { ...unigram, unk_id: 2 }, "expected unk_id from 0 to 1 at /model, got 2"],
  ])("%s", (_what, model, message) => {
    expect(() => readModel(model)).toThrow(RangeError);
    expect(() => readModel(model)).toThrow(message);
  });
});
