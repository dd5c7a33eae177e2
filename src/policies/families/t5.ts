/**
 * The T5 family (v1.0, v1.1, flan): an encoder-decoder whose parameters and configuration are those of HuggingFace's
 * T5ForConditionalGeneration.
 */
import { Type } from "@sinclair/typebox";
import { define, type ParametersOf } from "../../plugins/definition.ts";
import { activations, type Activation } from "../layers/activation.ts";
import type { ParameterSpec, Policy, PolicyContext } from "../policy.ts";
import { crossName, type T5Sizes } from "./t5-blocks.ts";
import { configOf } from "./config/t5-config.ts";
import { t5Decoder, t5Head, t5Hidden } from "./t5-decoder.ts";

const parameters = {
  layers: Type.Integer({ minimum: 1, maximum: 256, description: "Blocks of the encoder." }),
  decoderLayers: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 256, description: "Blocks of the decoder; as many when left out." }),
  ),
  width: Type.Integer({ minimum: 1, maximum: 65_536, description: "Width of the residual streams." }),
  heads: Type.Integer({ minimum: 1, maximum: 1024, description: "Heads of attention." }),
  headWidth: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 65_536,
      description: "Width of a head; width / heads, rounded up, when left out.",
    }),
  ),
  hidden: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 262_144,
      description: "Width inside the feed-forward layer; 4 times the width when left out.",
    }),
  ),
  gated: Type.Boolean({
    default: true,
    description: "The activation is multiplied with a second product: v1.1; false is v1.0.",
  }),
  activation: Type.Unsafe<Activation>({
    enum: Object.keys(activations),
    default: "gelu_new",
    description: "Function inside the feed-forward layer, by HuggingFace's name; v1.0 has relu.",
  }),
  tied: Type.Boolean({
    default: false,
    description: "The output head is the embedding table, scaled down: v1.0; false is v1.1.",
  }),
  buckets: Type.Integer({ default: 32, minimum: 4, maximum: 1024, description: "Buckets of relative positions." }),
  maxDistance: Type.Integer({
    default: 128,
    minimum: 2,
    maximum: 65_536,
    description: "Distance in tokens from which on there is one bucket.",
  }),
  normEpsilon: Type.Number({
    default: 1e-6,
    exclusiveMinimum: 0,
    maximum: 1,
    description: "Added to the mean square in every norm.",
  }),
  startId: Type.Integer({
    default: 0,
    minimum: 0,
    description: "The token that the decoder reads before the first of a completion.",
  }),
};

const sizesOf = (values: ParametersOf<typeof parameters>, context: PolicyContext): T5Sizes => {
  const { layers, width, heads, buckets, maxDistance, startId, gated, activation } = values;
  if (maxDistance <= buckets / 2) {
    throw new RangeError(`t5: expected maxDistance to be above half of the ${buckets} buckets, got ${maxDistance}`);
  }
  if (startId >= context.vocabularySize) {
    throw new RangeError(`t5: expected startId to be a token below ${context.vocabularySize}, got ${startId}`);
  }
  if (gated && activation === "gelu") {
    throw new RangeError(
      "t5: expected another activation than gelu behind a gate, which HuggingFace cannot name; take gelu_new",
    );
  }
  return {
    ...values,
    ...context,
    decoderLayers: values.decoderLayers ?? layers,
    headWidth: values.headWidth ?? Math.ceil(width / heads),
    hidden: values.hidden ?? 4 * width,
  };
};

/** The deviations at which T5 starts: unit variance through every product, the head's width taken into the queries. */
const specs = (sizes: T5Sizes): Record<string, ParameterSpec> => {
  const { width, heads, headWidth, hidden, vocabularySize } = sizes;
  const inner = heads * headWidth;
  const matrix = (rows: number, columns: number, variance: number): ParameterSpec => ({
    shape: [rows, columns],
    initial: { standardDeviation: Math.sqrt(variance) },
  });
  const norm: ParameterSpec = { shape: [width], initial: { value: 1 } };
  const all: Record<string, ParameterSpec> = { "shared.weight": matrix(vocabularySize, width, 1) };
  const attention = (name: string): void => {
    all[`${name}.q.weight`] = matrix(inner, width, 1 / (width * headWidth));
    all[`${name}.k.weight`] = matrix(inner, width, 1 / width);
    all[`${name}.v.weight`] = matrix(inner, width, 1 / width);
    all[`${name}.o.weight`] = matrix(width, inner, 1 / inner);
  };
  const feedForward = (name: string): void => {
    for (const half of sizes.gated ? ["wi_0", "wi_1"] : ["wi"])
      all[`${name}.DenseReluDense.${half}.weight`] = matrix(hidden, width, 1 / width);
    all[`${name}.DenseReluDense.wo.weight`] = matrix(width, hidden, 1 / hidden);
    all[`${name}.layer_norm.weight`] = norm;
  };
  for (const [stack, layers] of [["encoder", sizes.layers] as const, ["decoder", sizes.decoderLayers] as const]) {
    for (let layer = 0; layer < layers; layer += 1) {
      const name = `${stack}.block.${layer}.layer`;
      attention(`${name}.0.SelfAttention`);
      all[`${name}.0.layer_norm.weight`] = norm;
      if (stack === "decoder") {
        attention(crossName(layer));
        all[`${name}.1.layer_norm.weight`] = norm;
      }
      feedForward(`${name}.${stack === "encoder" ? 1 : 2}`);
    }
    all[`${stack}.block.0.layer.0.SelfAttention.relative_attention_bias.weight`] = matrix(
      sizes.buckets,
      heads,
      1 / width,
    );
    all[`${stack}.final_layer_norm.weight`] = norm;
  }
  if (!sizes.tied) all["lm_head.weight"] = matrix(vocabularySize, width, 1 / width);
  return all;
};

/**
 * `type: "t5"`: an encoder reads the prompt, a decoder writes the completion; relative positions, RMS norms, no biases
 * (Raffel et al., 2020).
 */
export const t5 = define({
  type: "t5",
  summary: "A T5-style encoder-decoder: relative position buckets, RMS norms, a gated or plain feed-forward layer.",
  parameters,
  create(values, context: PolicyContext): Policy {
    const sizes = sizesOf(values, context);
    return {
      ...context,
      parameters: specs(sizes),
      config: configOf(sizes),
      hiddenSize: sizes.width,
      hidden: (weights, sequences, last) => t5Hidden(sizes, weights, sequences, last),
      head: (weights, hidden) => t5Head(sizes, weights, hidden),
      logits: (weights, sequences, last) => t5Head(sizes, weights, t5Hidden(sizes, weights, sequences, last)),
      decoder: t5Decoder(sizes),
    };
  },
});
