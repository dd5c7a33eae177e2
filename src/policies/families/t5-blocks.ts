/**
 * The blocks of T5: attention to the same or to the encoder's positions, and a feed-forward layer, each after a norm
 * and added to what came in.
 */
import * as tf from "@tensorflow/tfjs";
import type { NamedTensors } from "../../engine/program.ts";
import { activations, type Activation } from "../layers/activation.ts";
import { attend, mergeHeads, splitHeads } from "../layers/attention.ts";
import type { KeyValues, CacheUpdate } from "../layers/key-value-cache.ts";
import { linear } from "../layers/linear.ts";
import { parameter } from "../layers/parameter.ts";
import type { RelativeBuckets } from "../layers/relative-position.ts";
import { rmsNorm } from "../layers/rms-norm.ts";

/** The sizes that fix a T5. */
export interface T5Sizes {
  readonly vocabularySize: number;
  readonly contextLength: number;
  /** Of the encoder. */
  readonly layers: number;
  readonly decoderLayers: number;
  readonly width: number;
  readonly heads: number;
  /** W; heads times W need not be the width. */
  readonly headWidth: number;
  /** Width between the two halves of the feed-forward layer. */
  readonly hidden: number;
  /** The activation is multiplied with a second product. */
  readonly gated: boolean;
  readonly activation: Activation;
  /** The head is the embedding table, and hidden states are divided by the root of the width before it. */
  readonly tied: boolean;
  readonly buckets: number;
  readonly maxDistance: number;
  readonly normEpsilon: number;
  /** What the decoder reads before the first token of a completion. */
  readonly startId: number;
}

/** What is the same for every block of one pass of a stack. */
export interface Pass {
  readonly batch: number;
  /** Of attention within the stack, broadcasts to [B, H, T, S]. */
  readonly bias: tf.Tensor4D;
  readonly updateCache: CacheUpdate;
  /** Of a decoder: the encoder's keys and values for each layer, and the bias [B, 1, 1, P] that shows the prompt. */
  readonly encoded?: { readonly bias: tf.Tensor4D; memory(layer: number): KeyValues };
}

/** How a stack counts distances. */
export const bucketsOf = ({ buckets, maxDistance }: T5Sizes, stack: "encoder" | "decoder"): RelativeBuckets => ({
  buckets,
  maxDistance,
  bothSides: stack === "encoder",
});

/** The table of a stack's relative positions [buckets, H]: its first block has it for all of them. */
export const positionTable = (parameters: NamedTensors, stack: "encoder" | "decoder"): tf.Tensor2D =>
  parameter(parameters, `${stack}.block.0.layer.0.SelfAttention.relative_attention_bias.weight`);

const norm = (sizes: T5Sizes, parameters: NamedTensors, name: string, x: tf.Tensor2D): tf.Tensor2D =>
  rmsNorm(x, parameter<tf.Rank.R1>(parameters, `${name}.weight`), sizes.normEpsilon);

/** x [B * T, D] -> keys and values [B, H, T, W] of the attention layer `name`. */
export const keysAndValues = (
  sizes: T5Sizes,
  parameters: NamedTensors,
  name: string,
  batch: number,
  x: tf.Tensor2D,
): KeyValues => ({
  keys: splitHeads(linear(parameters, `${name}.k`, x), batch, sizes.heads),
  values: splitHeads(linear(parameters, `${name}.v`, x), batch, sizes.heads),
});

/** Scores are not scaled: the weights of queries start smaller instead. */
const attention = (
  sizes: T5Sizes,
  parameters: NamedTensors,
  name: string,
  batch: number,
  x: tf.Tensor2D,
  { keys, values }: KeyValues,
  bias: tf.Tensor4D,
): tf.Tensor2D => {
  const queries = splitHeads(linear(parameters, `${name}.q`, x), batch, sizes.heads);
  return linear(parameters, `${name}.o`, mergeHeads(attend(queries, keys, values, bias, 1)));
};

const feedForward = (
  { activation, gated }: T5Sizes,
  parameters: NamedTensors,
  name: string,
  x: tf.Tensor2D,
): tf.Tensor2D => {
  const active = activations[activation];
  const inner = gated
    ? tf.mul<tf.Tensor2D>(active(linear(parameters, `${name}.wi_0`, x)), linear(parameters, `${name}.wi_1`, x))
    : active(linear(parameters, `${name}.wi`, x));
  return linear(parameters, `${name}.wo`, inner);
};

/** The attention layer of decoder block `layer` that attends to the encoder. */
export const crossName = (layer: number): string => `decoder.block.${layer}.layer.1.EncDecAttention`;

const block = (
  sizes: T5Sizes,
  parameters: NamedTensors,
  stack: string,
  pass: Pass,
  layer: number,
  x: tf.Tensor2D,
): tf.Tensor2D => {
  const { batch, bias, updateCache, encoded } = pass;
  const name = `${stack}.block.${layer}.layer`;
  const within = `${name}.0.SelfAttention`;
  const normed = norm(sizes, parameters, `${name}.0.layer_norm`, x);
  const seen = updateCache(layer, keysAndValues(sizes, parameters, within, batch, normed));
  let states: tf.Tensor2D = tf.add(x, attention(sizes, parameters, within, batch, normed, seen, bias));
  if (encoded !== undefined) {
    const queries = norm(sizes, parameters, `${name}.1.layer_norm`, states);
    states = tf.add(
      states,
      attention(sizes, parameters, crossName(layer), batch, queries, encoded.memory(layer), encoded.bias),
    );
  }
  const last = `${name}.${encoded === undefined ? 1 : 2}`;
  return tf.add(
    states,
    feedForward(sizes, parameters, `${last}.DenseReluDense`, norm(sizes, parameters, `${last}.layer_norm`, states)),
  );
};

/** x [B * T, D] -> the states [B * T, D] after all blocks of a stack and its last norm. */
export const runStack = (
  sizes: T5Sizes,
  parameters: NamedTensors,
  stack: "encoder" | "decoder",
  pass: Pass,
  x: tf.Tensor2D,
): tf.Tensor2D => {
  let states = x;
  const layers = stack === "encoder" ? sizes.layers : sizes.decoderLayers;
  for (let layer = 0; layer < layers; layer += 1) states = block(sizes, parameters, stack, pass, layer, states);
  return norm(sizes, parameters, `${stack}.final_layer_norm`, states);
};
