/** Merges made from scores. Ids are compared with SentencePiece in documents.test.ts. */
import { expect, test } from "vitest";
import { sentencePieceParts } from "../../../src/tokenizers/gguf/sentencepiece.ts";

const texts = ["<unk>", "<0x61>", "a", "b", "ab", "aba", "ba"];
const tokens = texts.map((text, id) => ({ text, kind: [2, 6][id] ?? 1 }));
const metadata = { "tokenizer.ggml.scores": [0, 0, -9, -9, -2, -3, -1], "tokenizer.ggml.unknown_token_id": 0 };

test("the best scores join first, and every way to make a piece is one", () => {
  const { model } = sentencePieceParts(metadata, tokens);
  expect(model).toMatchObject({
    unk_token: "<unk>",
    merges: [
      ["b", "a"],
      ["a", "b"],
      ["ab", "a"],
      ["a", "ba"],
    ],
  });
});

test("a space before the text is a switch", () => {
  const without = sentencePieceParts({ ...metadata, "tokenizer.ggml.add_space_prefix": false }, tokens);
  expect(without.normalizer).toEqual({ type: "Replace", pattern: { String: " " }, content: "▁" });
  expect(sentencePieceParts(metadata, tokens).normalizer).toMatchObject({ type: "Sequence" });
});
