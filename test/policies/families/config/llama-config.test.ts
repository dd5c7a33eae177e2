/** HuggingFace configurations of Llama. */
import { expect, test } from "vitest";
import { llama } from "../../../../src/policies/families/llama.ts";
import { llamaConfig } from "../../../../src/policies/families/config/llama-config.ts";
import { policyOf } from "../../../../src/policies/checkpoints/huggingface.ts";

const values = {
  layers: 2,
  width: 32,
  heads: 4,
  keyValueHeads: 2,
  headWidth: 6,
  hidden: 40,
  tied: false,
  ropeTheta: 500,
  ropeScaling: { type: "linear", factor: 2 },
  normEpsilon: 1e-6,
  attentionBias: true,
  feedForwardBias: false,
} as const;
const context = { vocabularySize: 11, contextLength: 64 };
const { config } = llama.create(values, context);

test("what is written is read back", () => {
  expect(llamaConfig.read({ ...config, rope_parameters: null })).toEqual({ values: { type: "llama", ...values }, context });
  const read = policyOf(config);
  expect(read.config).toEqual(config);
  expect(read.parameters).toEqual(llama.create(values, context).parameters);
});

test("left out options take the defaults of transformers", () => {
  const required = ["model_type", "vocab_size", "hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads"];
  const short = Object.fromEntries([...required, "max_position_embeddings"].map((key) => [key, config[key]]));
  expect(policyOf(short).config).toMatchObject({
    num_key_value_heads: 4,
    head_dim: 8,
    rms_norm_eps: 1e-6,
    rope_theta: 10_000,
    rope_scaling: null,
    tie_word_embeddings: false,
    attention_bias: false,
    mlp_bias: false,
  });
});

test("the configuration of SmolLM2-135M, as transformers 4 wrote it, is read", () => {
  const policy = policyOf({
    architectures: ["LlamaForCausalLM"],
    attention_bias: false,
    attention_dropout: 0,
    bos_token_id: 1,
    eos_token_id: 2,
    hidden_act: "silu",
    hidden_size: 576,
    initializer_range: 0.041666666666666664,
    intermediate_size: 1536,
    is_llama_config: true,
    max_position_embeddings: 8192,
    mlp_bias: false,
    model_type: "llama",
    num_attention_heads: 9,
    num_hidden_layers: 30,
    num_key_value_heads: 3,
    pad_token_id: 2,
    pretraining_tp: 1,
    rms_norm_eps: 1e-5,
    rope_interleaved: false,
    rope_scaling: null,
    rope_theta: 100_000,
    tie_word_embeddings: true,
    torch_dtype: "bfloat16",
    "transformers.js_config": { kv_cache_dtype: { q4f16: "float16", fp16: "float16" } },
    transformers_version: "4.42.3",
    use_cache: true,
    vocab_size: 49_152,
  });
  expect(policy).toMatchObject({ vocabularySize: 49_152, contextLength: 8192, hiddenSize: 576 });
  expect(policy.parameters["model.layers.29.self_attn.k_proj.weight"]?.shape).toEqual([192, 576]);
  expect(policy.parameters["lm_head.weight"]).toBeUndefined();
});

test.each<[Record<string, unknown>, string]>([
  [{ hidden_act: "gelu" }, 'hidden_act: expected "silu", got "gelu"'],
  [{ pretraining_tp: 2 }, "pretraining_tp: expected 1, got 2"],
  [{ rope_interleaved: true }, "rope_interleaved: expected false, got true"],
  [{ quantization_config: { bits: 4 } }, 'quantization_config: must be null, got {"bits":4}'],
  [{ is_encoder_decoder: true }, "is_encoder_decoder: expected false, got true"],
  [{ pruned_heads: { 0: [1] } }, 'pruned_heads: must NOT have additional properties, got {"0":[1]}'],
  [{ head_dim: 7 }, "llama: expected headWidth to be even, got 7"],
  [{ hidden_size: 0 }, "hidden_size: must be >= 2, got 0"],
  [{ num_hidden_layers: 1e9 }, "num_hidden_layers: must be <= 256, got 1000000000"],
  [{ vocab_size: undefined }, "must have required property 'vocab_size'"],
  [{ sliding_window: 8 }, '"sliding_window" is not known, and may change the arithmetic'],
  [{ auto_map: {} }, '"auto_map" is not known, and may change the arithmetic'],
])("%j is refused by name", (changes, message) => {
  expect(() => policyOf(JSON.parse(JSON.stringify({ ...config, ...changes })))).toThrow(message);
});

test("all that is wrong is named at once", () => {
  const wrong = { ...config, hidden_act: "relu", pretraining_tp: 3, logit_scale: 2, residual_multiplier: 1 };
  expect(() => policyOf(wrong)).toThrow(
    'hidden_act: expected "silu", got "relu"; pretraining_tp: expected 1, got 3; "logit_scale" is not known, and may change the arithmetic; "residual_multiplier" is not known, and may change the arithmetic',
  );
});
