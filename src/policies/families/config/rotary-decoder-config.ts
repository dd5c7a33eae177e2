/** What the HuggingFace configurations of rotary decoders have in common, written and read. */
import { Type, type Static, type TObject } from "@sinclair/typebox";
import type { PolicyContext } from "../../policy.ts";
import { readRope, ropeKeys, ropeScalingOf } from "./rope-config.ts";
import type { RotaryDecoderSizes } from "../rotary-decoder.ts";
import { rotaryParameters, type RotaryValues } from "../rotary-decoder-options.ts";
import { closedObject } from "../../../plugins/closed-object.ts";

/** The keys of `config.json` that these families share. Special tokens are the tokenizer's and stay null. */
export const rotaryConfig = (
  sizes: RotaryDecoderSizes,
  name: { readonly architecture: string; readonly modelType: string },
): Record<string, unknown> => ({
  architectures: [name.architecture],
  model_type: name.modelType,
  vocab_size: sizes.vocabularySize,
  hidden_size: sizes.width,
  intermediate_size: sizes.hidden,
  num_hidden_layers: sizes.layers,
  num_attention_heads: sizes.heads,
  num_key_value_heads: sizes.keyValueHeads,
  head_dim: sizes.headWidth,
  max_position_embeddings: sizes.contextLength,
  initializer_range: sizes.deviations.matrix,
  rms_norm_eps: sizes.normEpsilon,
  rope_theta: sizes.ropeTheta,
  rope_scaling: ropeScalingOf(sizes.ropeScaling, sizes.contextLength),
  attention_dropout: 0,
  tie_word_embeddings: sizes.tied,
  use_cache: true,
  bos_token_id: null,
  eos_token_id: null,
  pad_token_id: null,
  torch_dtype: "float32",
});

/** Largest vocabulary and context that are read, in tokens. */
const mostTokens = 2 ** 24;

/** Bounds as in experiment files; `null` or `undefined` means what the family takes where nothing is said. */
const optionalCount = ({ minimum, maximum }: { minimum?: number; maximum?: number }, byDefault: number | null) =>
  Type.Unsafe<number | null>({ type: ["integer", "null"], minimum, maximum, default: byDefault });

/**
 * What a family takes for keys that are left out; `null` is as many heads of keys and values as of queries, or heads as
 * wide as the width allows.
 */
export interface RotaryDefaults {
  readonly keyValueHeads: number | null;
  readonly headWidth: number | null;
  readonly tied: boolean;
}

const { layers, width, heads, keyValueHeads, headWidth, hidden, normEpsilon } = rotaryParameters;

/** The keys that these families share: sizes must be stated, other keys default as in transformers. */
export const rotaryKeys = (modelType: string, defaults: RotaryDefaults) => ({
  model_type: Type.Literal(modelType),
  vocab_size: Type.Integer({ minimum: 1, maximum: mostTokens }),
  hidden_size: width,
  intermediate_size: Type.Integer({ minimum: 1, maximum: hidden.maximum! }),
  num_hidden_layers: layers,
  num_attention_heads: heads,
  num_key_value_heads: optionalCount(keyValueHeads, defaults.keyValueHeads),
  head_dim: optionalCount(headWidth, defaults.headWidth),
  max_position_embeddings: Type.Integer({ minimum: 1, maximum: mostTokens }),
  rms_norm_eps: Type.Number({ ...normEpsilon, default: 1e-6 }),
  tie_word_embeddings: Type.Boolean({ default: defaults.tied }),
  is_encoder_decoder: Type.Literal(false, { default: false }),
  add_cross_attention: Type.Literal(false, { default: false }),
  cross_attention_hidden_size: Type.Null({ default: null }),
  pruned_heads: closedObject({}, { default: {} }),
  per_layer_config: Type.Null({ default: null }),
  quantization_config: Type.Null({ default: null }),
  ...ropeKeys,
});

/** Keys of all these families that change nothing of the logits. Students are trained without dropout. */
export const rotaryHarmless = ["attention_dropout", "classifier_dropout"];

/**
 * Values and context of a configuration that fits `rotaryKeys`. `RangeError` names frequencies that are not supported.
 */
export const readRotary = (
  config: Static<TObject<ReturnType<typeof rotaryKeys>>>,
): { readonly values: RotaryValues; readonly context: PolicyContext } => {
  const contextLength = config.max_position_embeddings;
  return {
    values: {
      layers: config.num_hidden_layers,
      width: config.hidden_size,
      heads: config.num_attention_heads,
      keyValueHeads: config.num_key_value_heads ?? config.num_attention_heads,
      hidden: config.intermediate_size,
      tied: config.tie_word_embeddings,
      normEpsilon: config.rms_norm_eps,
      ...(config.head_dim !== null && { headWidth: config.head_dim }),
      ...readRope(config, contextLength),
    },
    context: { vocabularySize: config.vocab_size, contextLength },
  };
};

/** A sliding window of attention, in tokens; `null` for none. */
export const windowKey = (byDefault: number | null) => optionalCount({ minimum: 1, maximum: mostTokens }, byDefault);

/**
 * A context no longer than the sliding window: there every token sees all tokens before it, so that the window changes
 * nothing.
 */
export const withinWindow = (context: PolicyContext, window: number | null): PolicyContext => ({
  ...context,
  contextLength: Math.min(context.contextLength, window ?? Infinity),
});
