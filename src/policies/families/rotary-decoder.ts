/**
 * The arithmetic that Llama's kind of decoder shares: blocks of rotary grouped-query attention and a gated feed-forward
 * layer between root-mean-square norms.
 */
import * as tf from "@tensorflow/tfjs";
import type { NamedTensors } from "../../engine/program.ts";
import type { Activation } from "../layers/activation.ts";
import { allPositions, lastPositionsOnly, rowEnds, type QueryPositions } from "../layers/query-positions.ts";
import { attend, causalBias, longestSequence, mergeHeads, slotBias, splitHeads } from "../layers/attention.ts";
import { gatedFeedForward } from "../layers/gated-feed-forward.ts";
import { embedding } from "../layers/embedding.ts";
import { begunCache, continuedCache, withoutCache, type CacheUpdate } from "../layers/key-value-cache.ts";
import { linear } from "../layers/linear.ts";
import { parameter } from "../layers/parameter.ts";
import { parametersWithin, recomputed, sharedByBlocks } from "../layers/recomputation.ts";
import { rmsNorm } from "../layers/rms-norm.ts";
import { rotaryAt, rotate, type Rotary } from "../layers/rotary.ts";
import type { RotarySizes } from "../layers/rotary-frequencies.ts";
import type { Decoder, Sequences } from "../policy.ts";
import type { Deviations } from "./initial-deviation.ts";

/**
 * Sizes and options that fix a decoder. Biases need no option: a linear layer adds the bias that its parameters hold.
 */
export interface RotaryDecoderSizes extends RotarySizes {
  readonly vocabularySize: number;
  /** Most positions of one pass. */
  readonly contextLength: number;
  readonly layers: number;
  readonly width: number;
  readonly heads: number;
  /** Divides `heads`. */
  readonly keyValueHeads: number;
  /** Width between the two halves of the feed-forward layer. */
  readonly hidden: number;
  readonly activation: Activation;
  /** The head is the embedding table. */
  readonly tied: boolean;
  readonly normEpsilon: number;
  /** How its weights start; no part of its arithmetic. */
  readonly deviations: Deviations;
  /** A norm's gain is this plus its weight: 0, or 1 where weights are distances from one. */
  readonly gainOffset: number;
  /** Embeddings are multiplied by it. */
  readonly embeddingScale: number;
  /** Every head of queries and of keys is normalised before it is turned. */
  readonly queryKeyNorm: boolean;
}

/** What is the same for every layer of one pass. */
interface Pass {
  readonly batch: number;
  readonly rotary: Rotary;
  /** Every position. */
  readonly all: QueryPositions;
  /** The query positions of the last block. */
  readonly last: QueryPositions;
  readonly updateCache: CacheUpdate;
}

const embed = (sizes: RotaryDecoderSizes, parameters: NamedTensors, ids: tf.Tensor1D): tf.Tensor2D => {
  const rows = embedding(parameter(parameters, "model.embed_tokens.weight"), ids);
  return sizes.embeddingScale === 1 ? rows : tf.mul(rows, sizes.embeddingScale);
};

/** x [N, D] normalised by the norm `<name>`. */
const norm = (sizes: RotaryDecoderSizes, parameters: NamedTensors, name: string, x: tf.Tensor2D): tf.Tensor2D => {
  const weight = parameter<tf.Rank.R1>(parameters, `${name}.weight`);
  return rmsNorm(x, sizes.gainOffset === 0 ? weight : tf.add(weight, sizes.gainOffset), sizes.normEpsilon);
};

/** x [B * T, H * W], every head of it normalised by the same norm. */
const normHeads = (sizes: RotaryDecoderSizes, parameters: NamedTensors, name: string, x: tf.Tensor2D): tf.Tensor2D => {
  if (!sizes.queryKeyNorm) return x;
  const { headWidth } = sizes;
  const rows: tf.Tensor2D = tf.reshape(x, [(x.shape[0] * x.shape[1]) / headWidth, headWidth]);
  return tf.reshape(norm(sizes, parameters, name, rows), x.shape);
};

const blockName = (layer: number): string => `model.layers.${layer}`;

/** One block: x [B * T, D] -> [B * A, D]. Every position is a key, and A of them are queries. */
const block = (
  sizes: RotaryDecoderSizes,
  parameters: NamedTensors,
  { batch, rotary, all, last, updateCache }: Pass,
  layer: number,
  x: tf.Tensor2D,
): tf.Tensor2D => {
  const prefix = blockName(layer);
  const attention = `${prefix}.self_attn`;
  const queried = layer === sizes.layers - 1 ? last : all;
  const read = norm(sizes, parameters, `${prefix}.input_layernorm`, x);
  const heads = (name: "q" | "k", rows: tf.Tensor2D, count: number): tf.Tensor4D =>
    splitHeads(
      normHeads(sizes, parameters, `${attention}.${name}_norm`, linear(parameters, `${attention}.${name}_proj`, rows)),
      batch,
      count,
    );
  const queries = rotate(heads("q", queried.rows(read), sizes.heads), {
    cos: queried.positions(rotary.cos),
    sin: queried.positions(rotary.sin),
  });
  const seen = updateCache(layer, {
    keys: rotate(heads("k", read, sizes.keyValueHeads), rotary),
    values: splitHeads(linear(parameters, `${attention}.v_proj`, read), batch, sizes.keyValueHeads),
  });
  const mixed = mergeHeads(attend(queries, seen.keys, seen.values, queried.bias));
  const attended: tf.Tensor2D = tf.add(queried.rows(x), linear(parameters, `${attention}.o_proj`, mixed));
  const inner = norm(sizes, parameters, `${prefix}.post_attention_layernorm`, attended);
  return tf.add(attended, gatedFeedForward(parameters, `${prefix}.mlp`, sizes.activation, inner));
};

const blocks = (sizes: RotaryDecoderSizes, parameters: NamedTensors, pass: Pass, x: tf.Tensor2D): tf.Tensor2D => {
  let states = x;
  for (let layer = 0; layer < sizes.layers; layer += 1) {
    const own = parametersWithin(parameters, blockName(layer));
    states = recomputed(own, states, (given, before) => block(sizes, given, pass, layer, before));
  }
  return states;
};

/** The residual stream x [N, D] after the last norm. */
const normed = (sizes: RotaryDecoderSizes, parameters: NamedTensors, x: tf.Tensor2D): tf.Tensor2D =>
  norm(sizes, parameters, "model.norm", x);

const unembed = (sizes: RotaryDecoderSizes, parameters: NamedTensors, hidden: tf.Tensor2D): tf.Tensor2D =>
  linear(parameters, sizes.tied ? "model.embed_tokens" : "lm_head", hidden);

/** x [N, D] -> logits [N, V]. */
const head = (sizes: RotaryDecoderSizes, parameters: NamedTensors, x: tf.Tensor2D): tf.Tensor2D =>
  unembed(sizes, parameters, normed(sizes, parameters, x));

/**
 * Hidden states [B * A, D] of the query positions; ids and positions of padding are set to 0, so that any value may
 * be there.
 */
const states = (
  sizes: RotaryDecoderSizes,
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
  const real: tf.Tensor2D = tf.cast(sequences.mask, "int32");
  const ids: tf.Tensor1D = tf.reshape(tf.mul(sequences.tokens, real), [batch * tokens]);
  const { cos, sin } = rotaryAt(tf.mul(sequences.positions, real), longest, sizes);
  const rotary = { cos: sharedByBlocks(cos), sin: sharedByBlocks(sin) };
  const all = allPositions(sharedByBlocks(causalBias(sequences.mask, sequences.completions)));
  return blocks(
    sizes,
    parameters,
    { batch, rotary, all, last: lastOf(all), updateCache },
    embed(sizes, parameters, ids),
  );
};

/** [B, T] -> hidden states [B, last, D] after the last norm, of all T when left out. */
export const rotaryHidden = (
  sizes: RotaryDecoderSizes,
  parameters: NamedTensors,
  sequences: Sequences,
  last = sequences.tokens.shape[1],
): tf.Tensor3D => {
  const x = states(sizes, parameters, sequences, withoutCache, ({ bias }) => {
    const positions = lastPositionsOnly(bias, last);
    return { ...positions, bias: sharedByBlocks(positions.bias) };
  });
  return tf.reshape(normed(sizes, parameters, x), [sequences.tokens.shape[0], last, sizes.width]);
};

/** Hidden states [B, T, D] -> logits [B, T, V]. */
export const rotaryHead = (sizes: RotaryDecoderSizes, parameters: NamedTensors, hidden: tf.Tensor3D): tf.Tensor3D => {
  const [batch, tokens, width] = hidden.shape;
  const flat: tf.Tensor2D = tf.reshape(hidden, [batch * tokens, width]);
  return tf.reshape(unembed(sizes, parameters, flat), [batch, tokens, sizes.vocabularySize]);
};

/** Decoding with the cache of `begunCache`. */
export const rotaryDecoder = (sizes: RotaryDecoderSizes): Decoder => ({
  prefill(parameters, prompts, capacity) {
    const [, tokens] = prompts.tokens.shape;
    if (capacity < tokens)
      throw new RangeError(`prefill: expected a capacity of at least the ${tokens} prompt positions, got ${capacity}`);
    const { cache, updateCache } = begunCache(capacity);
    return {
      logits: head(
        sizes,
        parameters,
        states(sizes, parameters, prompts, updateCache, () => rowEnds(prompts.mask)),
      ),
      cache,
    };
  },
  step(parameters, cache, { token, position, slot, visible }) {
    const [batch] = token.shape;
    const { next, updateCache } = continuedCache(cache, slot);
    const rotary = rotaryAt(tf.reshape(position, [batch, 1]), visible.shape[1], sizes);
    const all = allPositions(slotBias(visible));
    const hidden = blocks(
      sizes,
      parameters,
      { batch, rotary, all, last: all, updateCache },
      embed(sizes, parameters, token),
    );
    return { logits: head(sizes, parameters, hidden), cache: next };
  },
});
