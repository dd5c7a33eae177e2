/** The HuggingFace configuration of a T5, written and read. */
import { Type, type Static } from "@sinclair/typebox";
import type { ConfigFormat } from "./config-format.ts";
import type { Activation } from "../../layers/activation.ts";
import type { T5Sizes } from "../t5-blocks.ts";
import { closedObject } from "../../../plugins/closed-object.ts";

/** Feed-forward layers by HuggingFace's name. What it calls gated-gelu has the approximate function. */
const feedForwards = {
  relu: { gated: false, activation: "relu" },
  gelu: { gated: false, activation: "gelu" },
  gelu_new: { gated: false, activation: "gelu_new" },
  silu: { gated: false, activation: "silu" },
  "gated-relu": { gated: true, activation: "relu" },
  "gated-gelu": { gated: true, activation: "gelu_new" },
  "gated-silu": { gated: true, activation: "silu" },
} as const satisfies Record<string, { gated: boolean; activation: Activation }>;

const feedForwardName = ({ gated, activation }: T5Sizes): string | undefined =>
  Object.entries(feedForwards).find(([, layer]) => layer.gated === gated && layer.activation === activation)?.[0];

/**
 * T5 has no longest sequence: relative positions have no end. Where a configuration says nothing, prompt and completion
 * may have this many tokens each.
 */
const longestSide = 512;

/** The `config.json` of a T5 with these sizes. Ids of end-of-sequence and padding are the tokenizer's and stay null. */
export const configOf = (sizes: T5Sizes): Record<string, unknown> => ({
  architectures: ["T5ForConditionalGeneration"],
  model_type: "t5",
  vocab_size: sizes.vocabularySize,
  d_model: sizes.width,
  d_kv: sizes.headWidth,
  d_ff: sizes.hidden,
  num_layers: sizes.layers,
  num_decoder_layers: sizes.decoderLayers,
  num_heads: sizes.heads,
  relative_attention_num_buckets: sizes.buckets,
  relative_attention_max_distance: sizes.maxDistance,
  n_positions: Math.ceil(sizes.contextLength / 2),
  dropout_rate: 0,
  layer_norm_epsilon: sizes.normEpsilon,
  feed_forward_proj: feedForwardName(sizes),
  tie_word_embeddings: sizes.tied,
  is_encoder_decoder: true,
  use_cache: true,
  decoder_start_token_id: sizes.startId,
  eos_token_id: null,
  pad_token_id: null,
  torch_dtype: "float32",
});

const count = Type.Integer({ minimum: 1 });
const id = Type.Unsafe<number | null>({ type: ["integer", "null"], minimum: 0 });

const schema = Type.Object({
  model_type: Type.Literal("t5"),
  vocab_size: count,
  d_model: count,
  d_kv: Type.Integer({ minimum: 1, default: 64 }),
  d_ff: count,
  num_layers: count,
  num_decoder_layers: Type.Unsafe<number | null>({ type: ["integer", "null"], minimum: 1, default: null }),
  num_heads: count,
  relative_attention_num_buckets: Type.Integer({ minimum: 4, default: 32 }),
  relative_attention_max_distance: Type.Integer({ minimum: 2, default: 128 }),
  n_positions: Type.Integer({ minimum: 1, default: longestSide }),
  layer_norm_epsilon: Type.Number({ exclusiveMinimum: 0, default: 1e-6 }),
  feed_forward_proj: Type.Unsafe<keyof typeof feedForwards>({ enum: Object.keys(feedForwards), default: "relu" }),
  dense_act_fn: Type.Optional(Type.String()),
  is_gated_act: Type.Optional(Type.Boolean()),
  tie_word_embeddings: Type.Boolean({ default: true }),
  scale_decoder_outputs: Type.Optional(Type.Boolean()),
  is_encoder_decoder: Type.Literal(true, { default: true }),
  decoder_start_token_id: Type.Optional(id),
  pad_token_id: Type.Optional(id),
  cross_attention_hidden_size: Type.Null({ default: null }),
  pruned_heads: closedObject({}, { default: {} }),
  quantization_config: Type.Null({ default: null }),
});

/** Values of the `t5` family. */
export interface T5Values {
  type: "t5";
  layers: number;
  decoderLayers: number;
  width: number;
  heads: number;
  headWidth: number;
  hidden: number;
  gated: boolean;
  activation: Activation;
  tied: boolean;
  buckets: number;
  maxDistance: number;
  normEpsilon: number;
  startId: number;
}

/** `RangeError` where an option that follows from another says otherwise. */
const checkDerived = (config: Static<typeof schema>): void => {
  const { gated, activation } = feedForwards[config.feed_forward_proj];
  const derived: readonly [string, unknown, unknown][] = [
    ["dense_act_fn", config.dense_act_fn, activation],
    ["is_gated_act", config.is_gated_act, gated],
  ];
  for (const [name, got, expected] of derived) {
    if (got === undefined || got === expected) continue;
    throw new RangeError(
      `${name}: expected ${JSON.stringify(expected)} of feed_forward_proj "${config.feed_forward_proj}", got ` +
        `${JSON.stringify(got)}`,
    );
  }
  if (config.scale_decoder_outputs === true && !config.tie_word_embeddings) {
    throw new RangeError(
      "scale_decoder_outputs: expected false for a head of its own (tie_word_embeddings false), got true",
    );
  }
};

/** What files hold beside `shared.weight` where they do not know that it is the same. */
const copies: ReadonlySet<string> = new Set([
  "encoder.embed_tokens.weight",
  "decoder.embed_tokens.weight",
  "lm_head.weight",
]);

/**
 * Reads T5ForConditionalGeneration configurations; refuses other feed-forward layers and quantised weights. Newer
 * versions of transformers write `tie_word_embeddings` true for every T5 and tell v1.0 by `scale_decoder_outputs`.
 */
export const t5Config: ConfigFormat<T5Values> = {
  modelType: "t5",
  schema,
  harmless: ["dropout_rate", "classifier_dropout", "initializer_factor", "output_past"],
  // Of no use, and in the files of v1.0 all the same.
  ignored: /^decoder\.block\.0\.layer\.1\.EncDecAttention\.relative_attention_bias\.weight$/,
  alias: (tensor) => (copies.has(tensor) ? "shared.weight" : undefined),
  // Newer versions of transformers tie the head of every new T5 and then leave it out.
  leftOut: { "lm_head.weight": "shared.weight" },
  read(document) {
    const config = document as Static<typeof schema>;
    checkDerived(config);
    return {
      values: {
        type: "t5",
        layers: config.num_layers,
        decoderLayers: config.num_decoder_layers ?? config.num_layers,
        width: config.d_model,
        heads: config.num_heads,
        headWidth: config.d_kv,
        hidden: config.d_ff,
        ...feedForwards[config.feed_forward_proj],
        tied: config.scale_decoder_outputs ?? config.tie_word_embeddings,
        buckets: config.relative_attention_num_buckets,
        maxDistance: config.relative_attention_max_distance,
        normEpsilon: config.layer_norm_epsilon,
        startId: config.decoder_start_token_id ?? config.pad_token_id ?? 0,
      },
      context: { vocabularySize: config.vocab_size, contextLength: 2 * config.n_positions },
    };
  },
};
