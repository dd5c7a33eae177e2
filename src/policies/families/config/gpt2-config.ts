/** The HuggingFace configuration of a GPT-2, written and read. */
import { Type, type Static } from "@sinclair/typebox";
import type { ConfigFormat } from "./config-format.ts";
import type { Activation } from "../../layers/activation.ts";
import type { Gpt2Sizes } from "../gpt2-decoder.ts";
import { closedObject } from "../../../plugins/closed-object.ts";

/** The `config.json` of a GPT-2 with these sizes. Special tokens are the tokenizer's and stay null. */
export const configOf = (sizes: Gpt2Sizes): Record<string, unknown> => ({
  architectures: ["GPT2LMHeadModel"],
  model_type: "gpt2",
  vocab_size: sizes.vocabularySize,
  n_positions: sizes.contextLength,
  n_embd: sizes.width,
  n_layer: sizes.layers,
  n_head: sizes.heads,
  n_inner: sizes.hidden,
  activation_function: sizes.activation,
  resid_pdrop: 0,
  embd_pdrop: 0,
  attn_pdrop: 0,
  layer_norm_epsilon: sizes.normEpsilon,
  initializer_range: sizes.deviations.matrix,
  scale_attn_weights: sizes.scaledByWidth,
  scale_attn_by_inverse_layer_idx: sizes.scaledByLayer,
  reorder_and_upcast_attn: false,
  add_cross_attention: false,
  tie_word_embeddings: sizes.tied,
  use_cache: true,
  bos_token_id: null,
  eos_token_id: null,
  pad_token_id: null,
  torch_dtype: "float32",
});

const count = Type.Integer({ minimum: 1 });

/** HuggingFace has two names for one function. */
const activationNames = {
  relu: "relu",
  gelu: "gelu",
  gelu_new: "gelu_new",
  gelu_pytorch_tanh: "gelu_new",
  silu: "silu",
} as const;

/**
 * Dropout, which students are trained without; the head of another class; and an order of products that in float32 is
 * the same arithmetic.
 */
const harmless = (
  "resid_pdrop embd_pdrop attn_pdrop summary_type summary_use_proj summary_activation summary_proj_to_labels " +
  "summary_first_dropout reorder_and_upcast_attn n_ctx _num_labels"
).split(" ");

const schema = Type.Object({
  model_type: Type.Literal("gpt2"),
  vocab_size: count,
  n_positions: Type.Integer({ minimum: 1, default: 1024 }),
  n_embd: count,
  n_layer: count,
  n_head: count,
  n_inner: Type.Unsafe<number | null>({ type: ["integer", "null"], minimum: 1, default: null }),
  activation_function: Type.Unsafe<keyof typeof activationNames>({
    enum: Object.keys(activationNames),
    default: "gelu_new",
  }),
  layer_norm_epsilon: Type.Number({ exclusiveMinimum: 0, default: 1e-5 }),
  scale_attn_weights: Type.Boolean({ default: true }),
  scale_attn_by_inverse_layer_idx: Type.Boolean({ default: false }),
  is_encoder_decoder: Type.Literal(false, { default: false }),
  add_cross_attention: Type.Literal(false, { default: false }),
  cross_attention_hidden_size: Type.Null({ default: null }),
  pruned_heads: closedObject({}, { default: {} }),
  tie_word_embeddings: Type.Boolean({ default: true }),
  quantization_config: Type.Null({ default: null }),
});

/** Values of the `gpt2` family. */
export interface Gpt2Values {
  type: "gpt2";
  layers: number;
  width: number;
  heads: number;
  hidden: number;
  activation: Activation;
  tied: boolean;
  normEpsilon: number;
  scaledByWidth: boolean;
  scaledByLayer: boolean;
}

/** Reads GPT2LMHeadModel configurations; refuses cross-attention, other activations and quantised weights. */
export const gpt2Config: ConfigFormat<Gpt2Values> = {
  modelType: "gpt2",
  schema,
  harmless,
  // Masks that older files keep, and the names that they leave without the prefix.
  ignored: /^(?:transformer\.)?h\.\d+\.attn\.(?:masked_)?bias$/,
  alias: (tensor) => (tensor === "lm_head.weight" ? "transformer.wte.weight" : `transformer.${tensor}`),
  read(document) {
    const config = document as Static<typeof schema>;
    return {
      values: {
        type: "gpt2",
        layers: config.n_layer,
        width: config.n_embd,
        heads: config.n_head,
        hidden: config.n_inner ?? 4 * config.n_embd,
        activation: activationNames[config.activation_function],
        tied: config.tie_word_embeddings,
        normEpsilon: config.layer_norm_epsilon,
        scaledByWidth: config.scale_attn_weights,
        scaledByLayer: config.scale_attn_by_inverse_layer_idx,
      },
      context: { vocabularySize: config.vocab_size, contextLength: config.n_positions },
    };
  },
};
