/**
 * A policy whose arithmetic is that of `rotary-decoder.ts`: its parameters by HuggingFace's names, and how they start.
 */
import type { ParameterSpec, Policy } from "../policy.ts";
import { rotaryDecoder, rotaryHead, rotaryHidden, type RotaryDecoderSizes } from "./rotary-decoder.ts";

/** Which linear layers have biases. */
export interface Biases {
  /** Of queries, keys and values. */
  readonly projections?: boolean | undefined;
  /** Of attention's output. */
  readonly output?: boolean | undefined;
  readonly feedForward?: boolean | undefined;
}

type Specs = Record<string, ParameterSpec>;

const linearSpecs = (
  name: string,
  [out, into]: readonly [number, number],
  spread: number,
  bias: boolean | undefined,
): Specs => ({
  [`${name}.weight`]: { shape: [out, into], initial: { standardDeviation: spread } },
  ...(bias === true && { [`${name}.bias`]: { shape: [out], initial: { value: 0 } } }),
});

const blockSpecs = (name: string, sizes: RotaryDecoderSizes, biases: Biases): Specs => {
  const { width, hidden, heads, keyValueHeads, headWidth, gainOffset } = sizes;
  const { matrix, residual } = sizes.deviations;
  const normOf = (size: number): ParameterSpec => ({ shape: [size], initial: { value: 1 - gainOffset } });
  const attention = `${name}.self_attn`;
  const [queries, shared] = [heads * headWidth, keyValueHeads * headWidth];
  return {
    [`${name}.input_layernorm.weight`]: normOf(width),
    ...linearSpecs(`${attention}.q_proj`, [queries, width], matrix, biases.projections),
    ...linearSpecs(`${attention}.k_proj`, [shared, width], matrix, biases.projections),
    ...linearSpecs(`${attention}.v_proj`, [shared, width], matrix, biases.projections),
    ...(sizes.queryKeyNorm && {
      [`${attention}.q_norm.weight`]: normOf(headWidth),
      [`${attention}.k_norm.weight`]: normOf(headWidth),
    }),
    ...linearSpecs(`${attention}.o_proj`, [width, queries], residual, biases.output),
    [`${name}.post_attention_layernorm.weight`]: normOf(width),
    ...linearSpecs(`${name}.mlp.gate_proj`, [hidden, width], matrix, biases.feedForward),
    ...linearSpecs(`${name}.mlp.up_proj`, [hidden, width], matrix, biases.feedForward),
    ...linearSpecs(`${name}.mlp.down_proj`, [width, hidden], residual, biases.feedForward),
  };
};

const specs = (sizes: RotaryDecoderSizes, biases: Biases): Specs => {
  const { width, vocabularySize, layers, deviations } = sizes;
  const table = linearSpecs("model.embed_tokens", [vocabularySize, width], deviations.matrix, false);
  const blocks = Array.from({ length: layers }, (_, layer) => blockSpecs(`model.layers.${layer}`, sizes, biases));
  const norm: Specs = { "model.norm.weight": { shape: [width], initial: { value: 1 - sizes.gainOffset } } };
  const head = sizes.tied ? {} : linearSpecs("lm_head", [vocabularySize, width], deviations.matrix, false);
  return Object.assign({}, table, ...blocks, norm, head) as Specs;
};

/** The policy of these sizes; `config` is its `config.json`. */
export const rotaryPolicy = (sizes: RotaryDecoderSizes, biases: Biases, config: Policy["config"]): Policy => ({
  vocabularySize: sizes.vocabularySize,
  contextLength: sizes.contextLength,
  parameters: specs(sizes, biases),
  config,
  hiddenSize: sizes.width,
  hidden: (weights, sequences, last) => rotaryHidden(sizes, weights, sequences, last),
  head: (weights, hidden) => rotaryHead(sizes, weights, hidden),
  logits: (weights, sequences, last) => rotaryHead(sizes, weights, rotaryHidden(sizes, weights, sequences, last)),
  decoder: rotaryDecoder(sizes),
  severalCompletions: true,
});
