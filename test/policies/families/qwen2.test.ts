/** The Qwen2 family. */
import { describe, expect, test } from "vitest";
import { policyOf } from "../../../src/policies/checkpoints/huggingface.ts";
import { qwen2, qwen2Config } from "../../../src/policies/families/qwen2.ts";
import { engines } from "../../laws/evaluate.ts";
import { policyLaws } from "../../laws/policy.laws.ts";

const context = { vocabularySize: 7, contextLength: 16 };
const values = {
  layers: 2,
  width: 16,
  heads: 4,
  keyValueHeads: 2,
  headWidth: 4,
  hidden: 20,
  tied: true,
  ropeTheta: 10_000,
  normEpsilon: 1e-5,
};
const policy = qwen2.create(values, context);

for (const { name, evaluate } of engines) policyLaws(`qwen2 on ${name}`, policy, evaluate);

describe("a configuration of Qwen2", () => {
  test("that is written is read back", () => {
    const read = policyOf(policy.config);
    expect(read.config).toEqual(policy.config);
    expect(read.parameters).toEqual(policy.parameters);
    expect(qwen2Config.modelType).toBe("qwen2");
  });

  test("as transformers 4 wrote it for Qwen2.5 is read, its window unused", () => {
    const { parameters, contextLength } = policyOf({
      architectures: ["Qwen2ForCausalLM"],
      attention_dropout: 0,
      bos_token_id: 151_643,
      eos_token_id: 151_645,
      hidden_act: "silu",
      hidden_size: 896,
      initializer_range: 0.02,
      intermediate_size: 4864,
      max_position_embeddings: 32_768,
      max_window_layers: 21,
      model_type: "qwen2",
      num_attention_heads: 14,
      num_hidden_layers: 24,
      num_key_value_heads: 2,
      rms_norm_eps: 1e-6,
      rope_theta: 1_000_000,
      sliding_window: 32_768,
      tie_word_embeddings: true,
      torch_dtype: "bfloat16",
      transformers_version: "4.43.1",
      use_cache: true,
      use_sliding_window: false,
      vocab_size: 151_936,
    });
    expect(contextLength).toBe(32_768);
    expect(parameters["model.layers.23.self_attn.k_proj.bias"]?.shape).toEqual([128]);
    expect(parameters["model.layers.23.self_attn.o_proj.bias"]).toBeUndefined();
  });
});
