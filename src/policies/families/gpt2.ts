/** The GPT-2 family: a decoder whose parameters and configuration are those of HuggingFace's GPT2LMHeadModel. */
import { Type } from "@sinclair/typebox";
import { define, type ParametersOf } from "../../plugins/definition.ts";
import { activations, type Activation } from "../layers/activation.ts";
import type { ParameterSpec, Policy, PolicyContext } from "../policy.ts";
import { configOf } from "./config/gpt2-config.ts";
import { deviationsOf, initialDeviation } from "./initial-deviation.ts";
import { gpt2Decoder, gpt2Head, gpt2Hidden, type Gpt2Sizes } from "./gpt2-decoder.ts";

const parameters = {
  layers: Type.Integer({ minimum: 1, maximum: 256, description: "Blocks of attention and feed-forward layer." }),
  width: Type.Integer({
    minimum: 1,
    maximum: 65_536,
    description: "Width of the residual stream; a multiple of the heads.",
  }),
  heads: Type.Integer({ minimum: 1, maximum: 1024, description: "Heads of attention." }),
  hidden: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 262_144,
      description: "Width inside the feed-forward layer; 4 times the width when left out.",
    }),
  ),
  activation: Type.Unsafe<Activation>({
    enum: Object.keys(activations),
    default: "gelu_new",
    description: "Function inside the feed-forward layer, by HuggingFace's name.",
  }),
  tied: Type.Boolean({ default: true, description: "The output head is the embedding table." }),
  normEpsilon: Type.Number({
    default: 1e-5,
    exclusiveMinimum: 0,
    maximum: 1,
    description: "Added to the variance in every norm.",
  }),
  scaledByWidth: Type.Boolean({
    default: true,
    description: "Attention scores are divided by the root of a head's width.",
  }),
  scaledByLayer: Type.Boolean({
    default: false,
    description: "Attention scores of the n-th block are divided by n.",
  }),
  initialDeviation,
};

const sizesOf = (values: ParametersOf<typeof parameters>, context: PolicyContext): Gpt2Sizes => {
  const { width, heads } = values;
  if (width % heads !== 0)
    throw new RangeError(
      `gpt2: expected width to be a multiple of heads = ${heads}, such as ${Math.ceil(width / heads) * heads}, ` +
        `got ${width}`,
    );
  return { ...values, ...context, hidden: values.hidden ?? 4 * width, deviations: deviationsOf(values) };
};

const specs = ({
  width,
  hidden,
  vocabularySize,
  contextLength,
  layers,
  tied,
  deviations,
}: Gpt2Sizes): Record<string, ParameterSpec> => {
  const matrix = (rows: number, columns: number): ParameterSpec => ({
    shape: [rows, columns],
    initial: { standardDeviation: deviations.matrix },
  });
  const product = (into: number, out: number): ParameterSpec => ({ ...matrix(into, out), fanInFanOut: true });
  const residual = (into: number): ParameterSpec => ({
    ...product(into, width),
    initial: { standardDeviation: deviations.residual },
  });
  const filled = (size: number, value: number): ParameterSpec => ({ shape: [size], initial: { value } });
  const norm = (name: string): Record<string, ParameterSpec> => ({
    [`${name}.weight`]: filled(width, 1),
    [`${name}.bias`]: filled(width, 0),
  });
  const all: Record<string, ParameterSpec> = {
    "transformer.wte.weight": matrix(vocabularySize, width),
    "transformer.wpe.weight": matrix(contextLength, width),
  };
  for (let layer = 0; layer < layers; layer += 1) {
    const name = `transformer.h.${layer}`;
    Object.assign(all, norm(`${name}.ln_1`), norm(`${name}.ln_2`), {
      [`${name}.attn.c_attn.weight`]: product(width, 3 * width),
      [`${name}.attn.c_attn.bias`]: filled(3 * width, 0),
      [`${name}.attn.c_proj.weight`]: residual(width),
      [`${name}.attn.c_proj.bias`]: filled(width, 0),
      [`${name}.mlp.c_fc.weight`]: product(width, hidden),
      [`${name}.mlp.c_fc.bias`]: filled(hidden, 0),
      [`${name}.mlp.c_proj.weight`]: residual(hidden),
      [`${name}.mlp.c_proj.bias`]: filled(width, 0),
    });
  }
  Object.assign(all, norm("transformer.ln_f"));
  if (!tied) all["lm_head.weight"] = matrix(vocabularySize, width);
  return all;
};

/**
 * `type: "gpt2"`: learned positions, layer norms before attention and feed-forward layer, a bias everywhere (Radford et
 * al., 2019).
 */
export const gpt2 = define({
  type: "gpt2",
  summary: "A GPT-2-style decoder: learned positions, layer norms, biases, a feed-forward layer without a gate.",
  parameters,
  create(values, context: PolicyContext): Policy {
    const sizes = sizesOf(values, context);
    return {
      ...context,
      parameters: specs(sizes),
      config: configOf(sizes),
      hiddenSize: sizes.width,
      hidden: (weights, sequences, last) => gpt2Hidden(sizes, weights, sequences, last),
      head: (weights, hidden) => gpt2Head(sizes, weights, hidden),
      logits: (weights, sequences, last) => gpt2Head(sizes, weights, gpt2Hidden(sizes, weights, sequences, last)),
      decoder: gpt2Decoder(sizes),
      severalCompletions: true,
    };
  },
});
