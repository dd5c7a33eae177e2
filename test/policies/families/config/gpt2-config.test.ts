/** HuggingFace configurations of GPT-2. */
import { expect, test } from "vitest";
import { policyOf } from "../../../../src/policies/checkpoints/huggingface.ts";
import { gpt2 } from "../../../../src/policies/families/gpt2.ts";
import { gpt2Config } from "../../../../src/policies/families/config/gpt2-config.ts";

const values = {
  layers: 2,
  width: 12,
  heads: 3,
  hidden: 20,
  activation: "gelu",
  tied: false,
  normEpsilon: 1e-6,
  scaledByWidth: false,
  scaledByLayer: true,
} as const;
const context = { vocabularySize: 11, contextLength: 64 };
const config = gpt2.create(values, context).config;

test("what is written is read back", () => {
  expect(gpt2Config.read(config)).toEqual({ values: { type: "gpt2", ...values }, context });
});

test("left out options take the defaults of transformers", () => {
  const required = ["model_type", "vocab_size", "n_embd", "n_layer", "n_head"];
  const { config: read } = policyOf(Object.fromEntries(required.map((key) => [key, config[key]])));
  expect(read).toMatchObject({
    n_positions: 1024,
    n_inner: 48,
    activation_function: "gelu_new",
    layer_norm_epsilon: 1e-5,
    scale_attn_weights: true,
    scale_attn_by_inverse_layer_idx: false,
    tie_word_embeddings: true,
  });
});

test("both names of one activation are read, and what changes nothing in float32 is taken", () => {
  const { config: read } = policyOf({ ...config, activation_function: "gelu_pytorch_tanh", reorder_and_upcast_attn: true });
  expect(read["activation_function"]).toBe("gelu_new");
});

test.each<[Record<string, unknown>, string]>([
  [{ add_cross_attention: true }, "add_cross_attention: expected false, got true"],
  [
    { activation_function: "gelu_fast" },
    'activation_function: expected one of "relu", "gelu", "gelu_new", "gelu_pytorch_tanh", "silu", got "gelu_fast"',
  ],
  [{ quantization_config: { bits: 4 } }, 'quantization_config: must be null, got {"bits":4}'],
  [{ alibi: true }, '"alibi" is not known'],
  [{ n_layer: 1e9 }, "layers: must be <= 256, got 1000000000"],
  [{ n_inner: 0 }, "n_inner: must be >= 1, got 0"],
  [{ n_embd: undefined }, "must have required property 'n_embd'"],
])("%j is refused by name", (changes, message) => {
  expect(() => policyOf(JSON.parse(JSON.stringify({ ...config, ...changes })))).toThrow(message);
});
