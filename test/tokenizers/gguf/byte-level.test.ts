/** Parts of byte-level BPE in GGUF files. Their ids are compared with HuggingFace's in documents.test.ts. */
import { expect, test } from "vitest";
import { byteLevelParts } from "../../../src/tokenizers/gguf/byte-level.ts";

const tokens = ["a", "b", "ab"].map((text) => ({ text, kind: 1 }));
const metadata = { "tokenizer.ggml.merges": ["a b"] };

test("a file that does not say how it is cut is cut as GPT-2 does", () => {
  const { pre_tokenizer: cut } = byteLevelParts({ ...metadata, "tokenizer.ggml.pre": "gpt-2" }, tokens);
  expect(byteLevelParts(metadata, tokens).pre_tokenizer).toEqual(cut);
  expect(byteLevelParts(metadata, tokens).model).toMatchObject({
    vocab: { a: 0, b: 1, ab: 2 },
    merges: [["a", "b"]],
    ignore_merges: false,
  });
});

test("Llama 3 takes whole words and begins with begin-of-sequence", () => {
  const parts = byteLevelParts({ ...metadata, "tokenizer.ggml.pre": "llama-bpe" }, tokens);
  expect([parts.begins, parts.model]).toMatchObject([true, { ignore_merges: true }]);
});
