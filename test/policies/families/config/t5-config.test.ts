/** HuggingFace configurations of T5. */
import { expect, test } from "vitest";
import { policyOf } from "../../../../src/policies/checkpoints/huggingface.ts";
import { t5 } from "../../../../src/policies/families/t5.ts";
import { t5Config } from "../../../../src/policies/families/config/t5-config.ts";

const values = {
  layers: 2,
  decoderLayers: 3,
  width: 12,
  heads: 3,
  headWidth: 5,
  hidden: 20,
  gated: true,
  activation: "gelu_new",
  tied: false,
  buckets: 16,
  maxDistance: 40,
  normEpsilon: 1e-5,
  startId: 2,
} as const;
const context = { vocabularySize: 11, contextLength: 64 };
const config = t5.create(values, context).config;

test("what is written is read back", () => {
  expect(t5Config.read(config)).toEqual({ values: { type: "t5", ...values }, context });
});

test.each(["relu", "gelu", "gelu_new", "silu"] as const)("a plain layer of %s is written and read back", (activation) => {
  const { config: written } = t5.create({ ...values, gated: false, activation }, context);
  expect(t5Config.read(written).values).toMatchObject({ gated: false, activation });
});

test("an odd context is written so that it still fits", () => {
  expect(t5Config.read(t5.create(values, { ...context, contextLength: 17 }).config).context.contextLength).toBe(18);
});

test("left out options take the defaults of transformers: those of v1.0", () => {
  const required = ["model_type", "vocab_size", "d_model", "d_ff", "num_layers", "num_heads"];
  const { config: read, contextLength } = policyOf(Object.fromEntries(required.map((key) => [key, config[key]])));
  expect(read).toMatchObject({
    d_kv: 64,
    num_decoder_layers: 2,
    relative_attention_num_buckets: 32,
    relative_attention_max_distance: 128,
    layer_norm_epsilon: 1e-6,
    feed_forward_proj: "relu",
    tie_word_embeddings: true,
    decoder_start_token_id: 0,
  });
  expect(contextLength).toBe(1024);
});

test("the start token is the padding token where none is named", () => {
  const { config: read } = policyOf({ ...config, decoder_start_token_id: undefined, pad_token_id: 4 });
  expect(read["decoder_start_token_id"]).toBe(4);
});

test("a head of its own is known by either option", () => {
  const { config: read } = policyOf({ ...config, tie_word_embeddings: true, scale_decoder_outputs: false });
  expect(read["tie_word_embeddings"]).toBe(false);
});

test.each<[Record<string, unknown>, string]>([
  [
    { feed_forward_proj: "gated-swish" },
    'feed_forward_proj: expected one of "relu", "gelu", "gelu_new", "silu", "gated-relu", "gated-gelu", "gated-silu", got "gated-swish"',
  ],
  [{ dense_act_fn: "relu" }, 'dense_act_fn: expected "gelu_new" of feed_forward_proj "gated-gelu", got "relu"'],
  [{ is_gated_act: false }, 'is_gated_act: expected true of feed_forward_proj "gated-gelu", got false'],
  [{ scale_decoder_outputs: true }, "scale_decoder_outputs: expected false for a head of its own"],
  [{ shared_attention: 1 }, '"shared_attention" is not known'],
  [{ is_encoder_decoder: false }, "is_encoder_decoder: expected true, got false"],
  [{ quantization_config: { bits: 4 } }, 'quantization_config: must be null, got {"bits":4}'],
  [{ relative_attention_max_distance: 8 }, "expected maxDistance to be above half of the 16 buckets, got 8"],
  [{ vocab_size: undefined }, "must have required property 'vocab_size'"],
])("%j is refused by name", (changes, message) => {
  expect(() => policyOf(JSON.parse(JSON.stringify({ ...config, ...changes })))).toThrow(message);
});
