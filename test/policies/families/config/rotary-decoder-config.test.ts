/** What the configurations of rotary decoders have in common. */
import { expect, test } from "vitest";
import { policyOf } from "../../../../src/policies/checkpoints/huggingface.ts";
import { policies } from "../../../../src/policies/families/index.ts";
import { withinWindow } from "../../../../src/policies/families/config/rotary-decoder-config.ts";

const context = { vocabularySize: 7, contextLength: 256 };
const values = {
  layers: 2,
  width: 12,
  heads: 4,
  keyValueHeads: 2,
  headWidth: 4,
  hidden: 20,
  tied: false,
  ropeTheta: 500,
  ropeScaling: { type: "llama3", factor: 8, lowFrequencyFactor: 1, highFrequencyFactor: 4, originalContextLength: 128 },
  normEpsilon: 1e-4,
} as const;
const families = ["llama", "mistral", "qwen2", "qwen3", "gemma"] as const;

test.each(families)("%s writes every size and reads it back, in the keys of transformers 4 and of 5", (type) => {
  const { config, parameters } = policies.create({ type, ...values }, context);
  const { rope_theta: theta, rope_scaling: scaling, torch_dtype: dtype, ...others } = config;
  const newer = { ...others, dtype, rope_parameters: { ...(scaling as object), rope_theta: theta } };
  for (const document of [config, newer]) {
    const read = policyOf(JSON.parse(JSON.stringify(document)));
    expect(read).toMatchObject({ config, ...context });
    expect(read.parameters).toEqual(parameters);
  }
});

test.each(families)("%s refuses quantised weights, cross-attention and a size that is no size", (type) => {
  const { config } = policies.create({ type, ...values }, context);
  const wrong = { ...config, quantization_config: {}, add_cross_attention: true, num_attention_heads: 2.5, max_position_embeddings: 1e12 };
  expect(() => policyOf(wrong)).toThrow(
    /num_attention_heads: must be integer, got 2.5; max_position_embeddings: must be <= 16777216.*add_cross_attention: expected false, got true.*quantization_config: must be null, got {}/,
  );
});

test("a window cuts the context and never lengthens it", () => {
  expect(withinWindow(context, 100)).toEqual({ vocabularySize: 7, contextLength: 100 });
  expect(withinWindow(context, 1000)).toEqual(context);
  expect(withinWindow(context, null)).toEqual(context);
});
