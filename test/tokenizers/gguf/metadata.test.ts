/** Values of GGUF metadata: what is missing, and what is of another kind. */
import { Type } from "@sinclair/typebox";
import { expect, test } from "vitest";
import { flag, namedToken, needed, readTokens, valueOf } from "../../../src/tokenizers/gguf/metadata.ts";

test("missing values are undefined, or named where they are needed", () => {
  expect(valueOf({}, "toString", Type.String())).toBeUndefined();
  expect(flag({}, "add_bos_token")).toBeUndefined();
  expect(flag({ "tokenizer.ggml.add_bos_token": false }, "add_bos_token")).toBe(false);
  expect(() => needed({}, "a.b", Type.String())).toThrow("GGUF: expected a.b in the metadata, got none");
  expect(() => flag({ "tokenizer.ggml.add_bos_token": 1 }, "add_bos_token")).toThrow(
    "GGUF: expected boolean at tokenizer.ggml.add_bos_token, got 1",
  );
});

test("tokens have a kind, normal where the file does not say", () => {
  const tokens = readTokens({ "tokenizer.ggml.tokens": ["a", "b"], "tokenizer.ggml.token_type": [3, 1] });
  expect(tokens).toEqual([
    { text: "a", kind: 3 },
    { text: "b", kind: 1 },
  ]);
  expect(readTokens({ "tokenizer.ggml.tokens": ["a"] })).toEqual([{ text: "a", kind: 1 }]);
  expect(namedToken({ "tokenizer.ggml.eos_token_id": 1n }, "eos_token_id", tokens)).toEqual({ id: 1, text: "b" });
  expect(() => namedToken({ "tokenizer.ggml.eos_token_id": 2 }, "eos_token_id", tokens)).toThrow(RangeError);
  expect(() => readTokens({ "tokenizer.ggml.tokens": [] })).toThrow(TypeError);
});
