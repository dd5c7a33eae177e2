/** The Llama family: a decoder whose parameters and configuration are those of HuggingFace's LlamaForCausalLM. */
import { Type, type Static } from "@sinclair/typebox";
import { define } from "../../plugins/definition.ts";
import type { ParameterSpec, Policy, PolicyContext } from "../policy.ts";
import { configOf } from "./llama-config.ts";
import { llamaDecoder, llamaHead, llamaHidden, type LlamaSizes } from "./rotary-decoder.ts";

const parameters = Type.Object(
  {
    layers: Type.Integer({ minimum: 1, maximum: 256, description: "Blocks of attention and feed-forward layer." }),
    width: Type.Integer({ minimum: 2, maximum: 65_536, description: "Width of the residual stream; a multiple of twice the heads." }),
    heads: Type.Integer({ minimum: 1, maximum: 1024, description: "Heads of queries." }),
    keyValueHeads: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 1024, description: "Heads of keys and values; divides heads; as many as heads when left out." }),
    ),
    hidden: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 262_144,
        description: "Width inside the feed-forward layer; 8/3 of width, rounded up to a multiple of 8, when left out.",
      }),
    ),
    tied: Type.Boolean({ default: true, description: "The output head is the embedding table." }),
    ropeTheta: Type.Number({ default: 10_000, exclusiveMinimum: 1, description: "Base of the rotary wavelengths." }),
    normEpsilon: Type.Number({ default: 1e-5, exclusiveMinimum: 0, maximum: 1, description: "Added to the mean square in every norm." }),
  },
  { additionalProperties: false },
);

const sizesOf = (values: Static<typeof parameters>, context: PolicyContext): LlamaSizes => {
  const { width, heads, layers, tied, ropeTheta, normEpsilon } = values;
  const keyValueHeads = values.keyValueHeads ?? heads;
  if (width % (2 * heads) !== 0) {
    throw new RangeError(`llama: expected width to be a multiple of 2 * heads = ${2 * heads} (each head has an even width), got ${width}`);
  }
  if (heads % keyValueHeads !== 0) {
    throw new RangeError(`llama: expected keyValueHeads to divide heads = ${heads}, got ${keyValueHeads}`);
  }
  const hidden = values.hidden ?? 8 * Math.ceil(width / 3);
  return { ...context, layers, width, heads, keyValueHeads, hidden, tied, ropeTheta, normEpsilon, headWidth: width / heads };
};

/** Weights start at this standard deviation; what is added to the residual stream at 1 / sqrt(2 layers) of it (Radford et al., 2019). */
const standardDeviation = 0.02;

const specs = (sizes: LlamaSizes): Record<string, ParameterSpec> => {
  const { width, hidden, vocabularySize, layers } = sizes;
  const shared = sizes.keyValueHeads * sizes.headWidth;
  const matrix = (out: number, into: number): ParameterSpec => ({ shape: [out, into], initial: { standardDeviation } });
  const residual = (into: number): ParameterSpec => ({
    shape: [width, into],
    initial: { standardDeviation: standardDeviation / Math.sqrt(2 * layers) },
  });
  const norm: ParameterSpec = { shape: [width], initial: { value: 1 } };
  const all: Record<string, ParameterSpec> = { "model.embed_tokens.weight": matrix(vocabularySize, width) };
  for (let layer = 0; layer < layers; layer += 1) {
    const name = `model.layers.${layer}`;
    all[`${name}.input_layernorm.weight`] = norm;
    all[`${name}.self_attn.q_proj.weight`] = matrix(width, width);
    all[`${name}.self_attn.k_proj.weight`] = matrix(shared, width);
    all[`${name}.self_attn.v_proj.weight`] = matrix(shared, width);
    all[`${name}.self_attn.o_proj.weight`] = residual(width);
    all[`${name}.post_attention_layernorm.weight`] = norm;
    all[`${name}.mlp.gate_proj.weight`] = matrix(hidden, width);
    all[`${name}.mlp.up_proj.weight`] = matrix(hidden, width);
    all[`${name}.mlp.down_proj.weight`] = residual(hidden);
  }
  all["model.norm.weight"] = norm;
  if (!sizes.tied) all["lm_head.weight"] = matrix(vocabularySize, width);
  return all;
};

/** `type: "llama"`: RMSNorm, rotary positions, grouped-query attention, SwiGLU, tied or untied head (Touvron et al., 2023). */
export const llama = define({
  type: "llama",
  summary: "A Llama-style decoder: RMSNorm, rotary positions, grouped-query attention, SwiGLU.",
  parameters,
  create(values, context: PolicyContext): Policy {
    const sizes = sizesOf(values, context);
    return {
      ...context,
      parameters: specs(sizes),
      config: configOf(sizes, standardDeviation),
      hiddenSize: sizes.width,
      hidden: (weights, sequences) => llamaHidden(sizes, weights, sequences),
      head: (weights, hidden) => llamaHead(sizes, weights, hidden),
      logits: (weights, sequences) => llamaHead(sizes, weights, llamaHidden(sizes, weights, sequences)),
      decoder: llamaDecoder(sizes),
    };
  },
});
