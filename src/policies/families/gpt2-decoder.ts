/** The arithmetic of GPT-2: blocks of attention and a feed-forward layer, each after a layer norm, over learned positions. */
import * as tf from "@tensorflow/tfjs";
import type { NamedTensors } from "../../engine/program.ts";
import { activations, type Activation } from "../layers/activation.ts";
import { attend, causalBias, mergeHeads, slotBias, splitHeads } from "../layers/attention.ts";
import { embedding } from "../layers/embedding.ts";
import { begunCache, continuedCache, forgetful, type Remember } from "../layers/key-value-cache.ts";
import { lastPlace } from "../layers/last-place.ts";
import { lastOfRows, lastPlaces } from "../layers/last-places.ts";
import { layerNorm } from "../layers/layer-norm.ts";
import { conv1d, linear } from "../layers/linear.ts";
import { parameter } from "../layers/parameter.ts";
import type { Decoder, Sequences } from "../policy.ts";
import type { Deviations } from "./initial-deviation.ts";

/** The sizes that fix a GPT-2. */
export interface Gpt2Sizes {
  readonly vocabularySize: number;
  /** Rows of the table of positions. */
  readonly contextLength: number;
  readonly layers: number;
  /** A multiple of `heads`. */
  readonly width: number;
  readonly heads: number;
  /** Width between the two halves of the feed-forward layer. */
  readonly hidden: number;
  readonly activation: Activation;
  /** The head is the embedding table. */
  readonly tied: boolean;
  readonly normEpsilon: number;
  /** How its weights start; no part of its arithmetic. */
  readonly deviations: Deviations;
  /** Scores are divided by the root of a head's width. */
  readonly scaledByWidth: boolean;
  /** Scores of layer i are divided by i + 1. */
  readonly scaledByLayer: boolean;
}

/** What is the same for every layer of one pass. */
interface Pass {
  readonly batch: number;
  readonly bias: tf.Tensor4D;
  readonly remember: Remember;
}

const scaleOf = ({ width, heads, scaledByWidth, scaledByLayer }: Gpt2Sizes, layer: number): number =>
  (scaledByWidth ? 1 / Math.sqrt(width / heads) : 1) / (scaledByLayer ? layer + 1 : 1);

/** One block: x [B * T, D] -> [B * last, D]. All places are seen, and the last ones alone go on. */
const block = (
  sizes: Gpt2Sizes,
  parameters: NamedTensors,
  pass: Pass,
  { layer, last }: { readonly layer: number; readonly last: number },
  x: tf.Tensor2D,
): tf.Tensor2D => {
  const name = `transformer.h.${layer}`;
  const normed = layerNorm(parameters, `${name}.ln_1`, x, sizes.normEpsilon);
  const [queries, keys, values] = tf
    .split<tf.Tensor2D>(conv1d(parameters, `${name}.attn.c_attn`, normed), 3, 1)
    .map((part) => splitHeads(part, pass.batch, sizes.heads)) as [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D];
  const seen = pass.remember(layer, { keys, values });
  const asking = lastPlaces(queries, last);
  const mixed = mergeHeads(attend(asking, seen.keys, seen.values, lastPlaces(pass.bias, last), scaleOf(sizes, layer)));
  const attended: tf.Tensor2D = tf.add(lastOfRows(x, pass.batch, last), conv1d(parameters, `${name}.attn.c_proj`, mixed));
  const inner = conv1d(parameters, `${name}.mlp.c_fc`, layerNorm(parameters, `${name}.ln_2`, attended, sizes.normEpsilon));
  return tf.add(attended, conv1d(parameters, `${name}.mlp.c_proj`, activations[sizes.activation](inner)));
};

/** Ids and positions [B * T] -> hidden states [B * last, D] after the last norm, of all places when left out: after the last block no place is read by another. */
const states = (
  sizes: Gpt2Sizes,
  parameters: NamedTensors,
  pass: Pass,
  { ids, positions, last }: { readonly ids: tf.Tensor1D; readonly positions: tf.Tensor1D; readonly last?: number | undefined },
): tf.Tensor2D => {
  const [tokens, places] = [parameter(parameters, "transformer.wte.weight"), parameter(parameters, "transformer.wpe.weight")];
  let x: tf.Tensor2D = tf.add(embedding(tokens, ids), embedding(places, positions));
  const all = ids.shape[0] / pass.batch;
  for (let layer = 0; layer < sizes.layers; layer += 1) {
    x = block(sizes, parameters, pass, { layer, last: layer === sizes.layers - 1 ? (last ?? all) : all }, x);
  }
  return layerNorm(parameters, "transformer.ln_f", x, sizes.normEpsilon);
};

/** Hidden states [B * last, D] of padded sequences, of all places when left out; ids and positions of padding are set to 0, so that any value may stand there. */
const statesOf = (sizes: Gpt2Sizes, parameters: NamedTensors, sequences: Sequences, remember: Remember, last?: number): tf.Tensor2D => {
  const [batch, tokens] = sequences.tokens.shape;
  if (tokens > sizes.contextLength) {
    throw new RangeError(`expected at most ${sizes.contextLength} places, the context of this policy, got ${tokens}; cut the sequences`);
  }
  const real = tf.cast(sequences.mask, "int32");
  const [ids, positions] = [sequences.tokens, sequences.positions].map((x): tf.Tensor1D => tf.reshape(tf.mul(x, real), [batch * tokens]));
  return states(sizes, parameters, { batch, bias: causalBias(sequences.mask), remember }, { ids: ids!, positions: positions!, last });
};

const unembed = (sizes: Gpt2Sizes, parameters: NamedTensors, hidden: tf.Tensor2D): tf.Tensor2D =>
  linear(parameters, sizes.tied ? "transformer.wte" : "lm_head", hidden);

/** [B, T] -> hidden states [B, last, D] after the last norm, of all T when left out. */
export const gpt2Hidden = (sizes: Gpt2Sizes, parameters: NamedTensors, sequences: Sequences, last?: number): tf.Tensor3D => {
  const [batch, tokens] = sequences.tokens.shape;
  return tf.reshape(statesOf(sizes, parameters, sequences, forgetful, last), [batch, last ?? tokens, sizes.width]);
};

/** Hidden states [B, T, D] -> logits [B, T, V]. */
export const gpt2Head = (sizes: Gpt2Sizes, parameters: NamedTensors, hidden: tf.Tensor3D): tf.Tensor3D => {
  const [batch, tokens, width] = hidden.shape;
  return tf.reshape(unembed(sizes, parameters, tf.reshape(hidden, [batch * tokens, width])), [batch, tokens, sizes.vocabularySize]);
};

/** Decoding with the cache of `begunCache`. */
export const gpt2Decoder = (sizes: Gpt2Sizes): Decoder => ({
  prefill(parameters, prompts, capacity) {
    const [batch, tokens] = prompts.tokens.shape;
    if (capacity < tokens) throw new RangeError(`prefill: expected a capacity of at least the ${tokens} prompt places, got ${capacity}`);
    const { cache, remember } = begunCache(capacity);
    const hidden = statesOf(sizes, parameters, prompts, remember);
    const rows = tf.add(tf.range(0, batch * tokens, tokens, "int32"), lastPlace(prompts.mask));
    return { logits: unembed(sizes, parameters, tf.gather(hidden, rows)), cache };
  },
  step(parameters, cache, { token, position, slot, visible }) {
    const { next, remember } = continuedCache(cache, slot);
    const hidden = states(
      sizes,
      parameters,
      { batch: token.shape[0], bias: slotBias(visible), remember },
      { ids: token, positions: position },
    );
    return { logits: unembed(sizes, parameters, hidden), cache: next };
  },
});
