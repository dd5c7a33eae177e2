/** The tokenizer of a GGUF file. */
import { expect, test } from "vitest";
import { tokenizerOf, type GgufTokenizer } from "../../../../src/policies/checkpoints/gguf/gguf-tokenizer.ts";
import type { MetadataValue } from "../../../../src/policies/checkpoints/gguf/gguf-values.ts";

const bpe: Record<string, MetadataValue> = {
  model: "gpt2",
  pre: "smollm",
  tokens: ["<s>", "a", "b", "ab"],
  token_type: [3, 1, 1, 1],
  scores: [0, -1, Number.NEGATIVE_INFINITY, 0.5],
  merges: ["a b"],
  bos_token_id: 0,
  add_bos_token: false,
  eot_token_id: 2,
  eom_token_id: 3,
};

const read = (values: Record<string, MetadataValue>): GgufTokenizer | undefined =>
  tokenizerOf(new Map(Object.entries(values).map(([key, value]) => [`tokenizer.ggml.${key}`, value])));

test("what a file says of its tokenizer is given as it is", () => {
  expect(read(bpe)).toEqual({
    model: "gpt2",
    pre: "smollm",
    tokens: ["<s>", "a", "b", "ab"],
    types: [3, 1, 1, 1],
    scores: [0, -1, Number.NEGATIVE_INFINITY, 0.5],
    merges: ["a b"],
    beginId: 0,
    endId: undefined,
    turnEndId: 2,
    messageEndId: 3,
    padId: undefined,
    unknownId: undefined,
    addBegin: false,
    addEnd: undefined,
    addSpacePrefix: undefined,
    chatTemplate: undefined,
  });
  expect(
    tokenizerOf(
      new Map([
        ...Object.entries(bpe).map(([key, value]): [string, MetadataValue] => [`tokenizer.ggml.${key}`, value]),
        ["tokenizer.chat_template", "{{ x }}"],
      ]),
    )?.chatTemplate,
  ).toBe("{{ x }}");
});

test("a file without a tokenizer has none", () => {
  expect(read({})).toBeUndefined();
  expect(read({ model: "no_vocab" })).toBeUndefined();
});

test.each<[string, Record<string, MetadataValue>, RegExp]>([
  ["tokens that are missing", { model: "gpt2" }, /tokenizer.ggml.tokens: expected a list, each text, got nothing/],
  ["tokens that are no text", { ...bpe, tokens: [1, 2] }, /tokenizer.ggml.tokens: expected a list, each text/],
  ["types of another number", { ...bpe, token_type: [1] }, /tokenizer.ggml.token_type: expected one for each of 4 tokens, got 1/],
  ["a score that is no number", { ...bpe, scores: [0, 0, 0, Number.NaN] }, /tokenizer.ggml.scores: expected a list/],
  ["an end of turns that there is not", { ...bpe, eot_token_id: 4 }, /tokenizer.ggml.eot_token_id: expected an id below 4, got 4/],
  ["an id that there is not", { ...bpe, eos_token_id: 4 }, /tokenizer.ggml.eos_token_id: expected an id below 4, got 4/],
])("%s are refused", (_, values, message) => {
  expect(() => read(values)).toThrow(RangeError);
  expect(() => read(values)).toThrow(message);
});
