/** HuggingFace configurations of Llama. */
import { expect, test } from "vitest";
import { llama } from "../../../src/policies/families/llama.ts";
import { llamaConfig } from "../../../src/policies/families/llama-config.ts";
import { policyOf } from "../../../src/policies/checkpoints/huggingface.ts";

const values = { layers: 2, width: 32, heads: 4, keyValueHeads: 2, hidden: 40, tied: false, ropeTheta: 500, normEpsilon: 1e-6 };
const context = { vocabularySize: 11, contextLength: 64 };
const config = llama.create(values, context).config;

test("what is written is read back", () => {
  expect(llamaConfig.read(config)).toEqual({ values: { type: "llama", ...values }, context });
});

test("left out options take the defaults of transformers", () => {
  const required = ["model_type", "vocab_size", "hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads"];
  const short = Object.fromEntries([...required, "max_position_embeddings"].map((key) => [key, config[key]]));
  const { config: read } = policyOf(short);
  expect(read).toMatchObject({ num_key_value_heads: 4, rms_norm_eps: 1e-6, rope_theta: 10_000, tie_word_embeddings: false });
});

test("the newer place of the rotary base is read too", () => {
  const { config: read } = policyOf({ ...config, rope_theta: undefined, rope_parameters: { rope_type: "default", rope_theta: 700 } });
  expect(read["rope_theta"]).toBe(700);
});

test.each<[Record<string, unknown>, string]>([
  [{ rope_scaling: { type: "linear", factor: 2 } }, 'rope_scaling: must be null, got {"type":"linear","factor":2}'],
  [{ rope_parameters: { rope_type: "llama3", rope_theta: 500 } }, 'rope_parameters.rope_type: expected "default", got "llama3"'],
  [{ attention_bias: true }, "attention_bias: expected false, got true"],
  [{ mlp_bias: true }, "mlp_bias: expected false, got true"],
  [{ hidden_act: "gelu" }, 'hidden_act: expected "silu", got "gelu"'],
  [{ pretraining_tp: 2 }, "pretraining_tp: expected 1, got 2"],
  [{ quantization_config: { bits: 4 } }, 'quantization_config: must be null, got {"bits":4}'],
  [{ head_dim: 16 }, "head_dim: expected hidden_size / num_attention_heads = 8, got 16"],
  [{ hidden_size: 0 }, "hidden_size: must be >= 1, got 0"],
  [{ vocab_size: undefined }, "must have required property 'vocab_size'"],
])("%j is refused by name", (changes, message) => {
  expect(() => policyOf(JSON.parse(JSON.stringify({ ...config, ...changes })))).toThrow(message);
});
