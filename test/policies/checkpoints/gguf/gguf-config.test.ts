/** Configurations from GGUF metadata; test/policies/checkpoints/gguf/gguf.test.ts compares whole files with transformers. */
import { describe, expect, test } from "vitest";
import { architectureOf } from "../../../../src/policies/checkpoints/gguf/gguf-config.ts";
import type { MetadataValue } from "../../../../src/policies/checkpoints/gguf/gguf-values.ts";

const llama: Record<string, MetadataValue> = {
  "general.architecture": "llama",
  "llama.context_length": 64,
  "llama.block_count": 2,
  "llama.embedding_length": 24,
  "llama.feed_forward_length": 32,
  "llama.attention.head_count": 6,
  "llama.attention.head_count_kv": 3,
  "llama.attention.layer_norm_rms_epsilon": Math.fround(1e-6),
};
const facts = { vocabularySize: 20, tied: true, biased: false };

const configOf = (values: Record<string, MetadataValue>): Record<string, unknown> => {
  const metadata = new Map(Object.entries(values));
  return architectureOf(metadata).config(metadata, facts);
};

test("what metadata leave out has llama.cpp's value", () => {
  expect(configOf(llama)).toMatchObject({
    head_dim: 4,
    rope_theta: 10_000,
    rms_norm_eps: 1e-6,
    bos_token_id: null,
    num_key_value_heads: 3,
  });
  const { "llama.attention.head_count_kv": _, ...full } = llama;
  expect(configOf(full)).toMatchObject({ num_key_value_heads: 6 });
});

test("rows of queries and of keys have their heads", () => {
  const metadata = new Map(Object.entries(llama));
  const { heads } = architectureOf(metadata);
  expect([heads(metadata, false), heads(metadata, true)]).toEqual([6, 3]);
});

describe("metadata are refused", () => {
  test.each<[string, Record<string, MetadataValue>, RegExp]>([
    [
      "of another architecture",
      { "general.architecture": "mamba" },
      /general.architecture: expected one of llama, qwen2, qwen3, gemma, gpt2, got "mamba"/,
    ],
    ["of a word of the language", { "general.architecture": "constructor" }, /expected one of/],
    ["of one part of a file", { "split.count": 3 }, /split.count: expected a whole file, got one of 3 parts/],
    ["with an option that is not known", { "llama.expert_count": 8 }, /llama.expert_count: this option is not supported, got 8/],
    ["with scaled rotary angles", { "llama.rope.scaling.type": "yarn" }, /llama.rope.scaling.type: expected "none", got "yarn"/],
    [
      "with part of a head rotated",
      { "llama.rope.dimension_count": 2 },
      /llama.rope.dimension_count: expected the width of a head, 4, got 2/,
    ],
    [
      "with sizes of each layer",
      { "llama.attention.head_count": [6, 3] },
      /llama.attention.head_count: expected a whole number, got \[6,3\]/,
    ],
  ])("%s", (_, values, message) => {
    expect(() => configOf({ ...llama, ...values })).toThrow(RangeError);
    expect(() => configOf({ ...llama, ...values })).toThrow(message);
  });

  test("without a size", () => {
    const { "llama.block_count": _, ...less } = llama;
    expect(() => configOf(less)).toThrow("llama.block_count: expected a whole number, got nothing");
  });
});
