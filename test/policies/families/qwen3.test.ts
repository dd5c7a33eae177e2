/** The Qwen3 family. */
import { describe, expect, test } from "vitest";
import { policyOf } from "../../../src/policies/checkpoints/huggingface.ts";
import { qwen3, qwen3Config } from "../../../src/policies/families/qwen3.ts";
import { engines } from "../../laws/evaluate.ts";
import { policyLaws } from "../../laws/policy.laws.ts";

const context = { vocabularySize: 7, contextLength: 16 };
const values = {
  layers: 2,
  width: 12,
  heads: 4,
  keyValueHeads: 2,
  headWidth: 4,
  hidden: 20,
  tied: true,
  ropeTheta: 10_000,
  normEpsilon: 1e-5,
  attentionBias: true,
};
const policy = qwen3.create(values, context);

for (const { name, evaluate } of engines) policyLaws(`qwen3 on ${name}`, policy, evaluate);

describe("a configuration of Qwen3", () => {
  test("that is written is read back", () => {
    const { rope_parameters: _, ...config } = { rope_parameters: null, ...policy.config };
    const read = policyOf(config);
    expect(read.config).toEqual(policy.config);
    expect(read.parameters).toEqual(policy.parameters);
    expect(qwen3Config.modelType).toBe("qwen3");
  });

  test("has heads of 128, 32 of keys and values and no biases where it says nothing, as in transformers", () => {
    const { head_dim: _, num_key_value_heads: __, attention_bias: ___, ...config } = policy.config;
    const { parameters } = policyOf({ ...config, num_attention_heads: 64 });
    expect(parameters["model.layers.0.self_attn.k_proj.weight"]?.shape).toEqual([32 * 128, 12]);
    expect(parameters["model.layers.0.self_attn.k_norm.weight"]?.shape).toEqual([128]);
    expect(parameters["model.layers.0.self_attn.k_proj.bias"]).toBeUndefined();
  });
});
