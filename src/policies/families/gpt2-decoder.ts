/**
 * The arithmetic of GPT-2: blocks of attention and a feed-forward layer, each after a layer norm, over learned
 * positions.
 */
import * as tf from "@tensorflow/tfjs";
import type { NamedTensors } from "../../engine/program.ts";
import { activations, type Activation } from "../layers/activation.ts";
import { allPositions, lastPositionsOnly, rowEnds, type QueryPositions } from "../layers/query-positions.ts";
import { attend, causalBias, longestSequence, mergeHeads, slotBias, splitHeads } from "../layers/attention.ts";
import { embedding } from "../layers/embedding.ts";
import { begunCache, continuedCache, withoutCache, type CacheUpdate } from "../layers/key-value-cache.ts";
import { layerNorm } from "../layers/layer-norm.ts";
import { conv1d, linear } from "../layers/linear.ts";
import { parameter } from "../layers/parameter.ts";
import { parametersWithin, recomputed, sharedByBlocks } from "../layers/recomputation.ts";
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
  /** Every position. */
  readonly all: QueryPositions;
  /** The query positions of the last block. */
  readonly last: QueryPositions;
  readonly updateCache: CacheUpdate;
}

const scaleOf = ({ width, heads, scaledByWidth, scaledByLayer }: Gpt2Sizes, layer: number): number =>
  (scaledByWidth ? 1 / Math.sqrt(width / heads) : 1) / (scaledByLayer ? layer + 1 : 1);

const blockName = (layer: number): string => `transformer.h.${layer}`;

/** One block: x [B * T, D] -> [B * A, D]. Every position is a key, and A of them are queries. */
const block = (
  sizes: Gpt2Sizes,
  parameters: NamedTensors,
  { batch, all, last, updateCache }: Pass,
  layer: number,
  x: tf.Tensor2D,
): tf.Tensor2D => {
  const name = blockName(layer);
  const queried = layer === sizes.layers - 1 ? last : all;
  const normed = layerNorm(parameters, `${name}.ln_1`, x, sizes.normEpsilon);
  const [queries, keys, values] = tf.split<tf.Tensor2D>(conv1d(parameters, `${name}.attn.c_attn`, normed), 3, 1) as [
    tf.Tensor2D,
    tf.Tensor2D,
    tf.Tensor2D,
  ];
  const heads = (part: tf.Tensor2D): tf.Tensor4D => splitHeads(part, batch, sizes.heads);
  const seen = updateCache(layer, { keys: heads(keys), values: heads(values) });
  const mixed = mergeHeads(
    attend(heads(queried.rows(queries)), seen.keys, seen.values, queried.bias, scaleOf(sizes, layer)),
  );
  const attended: tf.Tensor2D = tf.add(queried.rows(x), conv1d(parameters, `${name}.attn.c_proj`, mixed));
  const inner = conv1d(
    parameters,
    `${name}.mlp.c_fc`,
    layerNorm(parameters, `${name}.ln_2`, attended, sizes.normEpsilon),
  );
  return tf.add(attended, conv1d(parameters, `${name}.mlp.c_proj`, activations[sizes.activation](inner)));
};

/** Ids and positions [B * T] -> hidden states [B * A, D] after the last norm. */
const states = (
  sizes: Gpt2Sizes,
  parameters: NamedTensors,
  pass: Pass,
  ids: tf.Tensor1D,
  positions: tf.Tensor1D,
): tf.Tensor2D => {
  const [tokenTable, positionTable] = [
    parameter(parameters, "transformer.wte.weight"),
    parameter(parameters, "transformer.wpe.weight"),
  ];
  let x: tf.Tensor2D = tf.add(embedding(tokenTable, ids), embedding(positionTable, positions));
  for (let layer = 0; layer < sizes.layers; layer += 1) {
    const own = parametersWithin(parameters, blockName(layer));
    x = recomputed(own, x, (given, before) => block(sizes, given, pass, layer, before));
  }
  return layerNorm(parameters, "transformer.ln_f", x, sizes.normEpsilon);
};

/**
 * Hidden states [B * A, D] of the query positions; ids and positions of padding are set to 0, so that any value may
 * be there.
 */
const statesOf = (
  sizes: Gpt2Sizes,
  parameters: NamedTensors,
  sequences: Sequences,
  updateCache: CacheUpdate,
  lastOf: (all: QueryPositions) => QueryPositions,
): tf.Tensor2D => {
  const [batch, tokens] = sequences.tokens.shape;
  const longest = longestSequence(sequences);
  if (longest > sizes.contextLength) {
    throw new RangeError(
      `expected at most ${sizes.contextLength} positions, the context of this policy, got ${longest}; ` +
        "cut the sequences",
    );
  }
  const real = tf.cast(sequences.mask, "int32");
  const [ids, positions] = [sequences.tokens, sequences.positions].map((x): tf.Tensor1D =>
    tf.reshape(tf.mul(x, real), [batch * tokens]),
  );
  const all = allPositions(sharedByBlocks(causalBias(sequences.mask, sequences.completions)));
  return states(sizes, parameters, { batch, all, last: lastOf(all), updateCache }, ids!, positions!);
};

const unembed = (sizes: Gpt2Sizes, parameters: NamedTensors, hidden: tf.Tensor2D): tf.Tensor2D =>
  linear(parameters, sizes.tied ? "transformer.wte" : "lm_head", hidden);

/** [B, T] -> hidden states [B, last, D] after the last norm, of all T when left out. */
export const gpt2Hidden = (
  sizes: Gpt2Sizes,
  parameters: NamedTensors,
  sequences: Sequences,
  last = sequences.tokens.shape[1],
): tf.Tensor3D => {
  const x = statesOf(sizes, parameters, sequences, withoutCache, ({ bias }) => {
    const positions = lastPositionsOnly(bias, last);
    return { ...positions, bias: sharedByBlocks(positions.bias) };
  });
  return tf.reshape(x, [sequences.tokens.shape[0], last, sizes.width]);
};

/** Hidden states [B, T, D] -> logits [B, T, V]. */
export const gpt2Head = (sizes: Gpt2Sizes, parameters: NamedTensors, hidden: tf.Tensor3D): tf.Tensor3D => {
  const [batch, tokens, width] = hidden.shape;
  return tf.reshape(unembed(sizes, parameters, tf.reshape(hidden, [batch * tokens, width])), [
    batch,
    tokens,
    sizes.vocabularySize,
  ]);
};

/** Decoding with the cache of `begunCache`. */
export const gpt2Decoder = (sizes: Gpt2Sizes): Decoder => ({
  prefill(parameters, prompts, capacity) {
    const [, tokens] = prompts.tokens.shape;
    if (capacity < tokens)
      throw new RangeError(`prefill: expected a capacity of at least the ${tokens} prompt positions, got ${capacity}`);
    const { cache, updateCache } = begunCache(capacity);
    const hidden = statesOf(sizes, parameters, prompts, updateCache, () => rowEnds(prompts.mask));
    return { logits: unembed(sizes, parameters, hidden), cache };
  },
  step(parameters, cache, { token, position, slot, visible }) {
    const { next, updateCache } = continuedCache(cache, slot);
    const all = allPositions(slotBias(visible));
    const hidden = states(sizes, parameters, { batch: token.shape[0], all, last: all, updateCache }, token, position);
    return { logits: unembed(sizes, parameters, hidden), cache: next };
  },
});
