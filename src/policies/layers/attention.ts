/** Grouped-query attention and its masks. */
import * as tf from "@tensorflow/tfjs";
import type { Sequences } from "../policy.ts";

/**
 * Added to the score of what must not be seen. Finite, so that a token that sees nothing gives a plain average and not
 * NaN.
 */
const hidden = 1e9;

/** visible [..., S] of ones and zeros -> what is added to scores: 0 where 1, -1e9 where 0. */
const biasOf = <T extends tf.Tensor>(visible: T): T => tf.mul(tf.sub(visible, 1), hidden);

/** [T, T] float32, 1 where the position of the column is of the prompt or of the row's own completion. */
const ownCompletion = (tokens: number, { count, length }: NonNullable<Sequences["completions"]>): tf.Tensor2D => {
  const prompt = tokens - count * length;
  const completions = Int32Array.from({ length: tokens }, (_, t) => Math.max(-1, Math.floor((t - prompt) / length)));
  const of = tf.tensor1d(completions, "int32");
  const same = tf.cast(tf.equal(tf.reshape(of, [1, tokens]), tf.reshape(of, [tokens, 1])), "float32");
  const ofPrompt = tf.tensor1d(Float32Array.from(completions, (completion) => (completion < 0 ? 1 : 0)));
  return tf.maximum(same, tf.reshape(ofPrompt, [1, tokens]));
};

/**
 * mask [B, T] float32, 1 for tokens -> bias [B, 1, T, T]: a token sees itself and the tokens left of it, never padding,
 * nor another completion where a row has several.
 */
export const causalBias = (mask: tf.Tensor2D, completions?: Sequences["completions"]): tf.Tensor4D => {
  const [batch, tokens] = mask.shape;
  const positions = tf.range(0, tokens, 1, "int32");
  const past = tf.cast(tf.lessEqual(tf.reshape(positions, [1, tokens]), tf.reshape(positions, [tokens, 1])), "float32");
  const seen = completions === undefined ? past : tf.mul(past, ownCompletion(tokens, completions));
  return biasOf(tf.mul(tf.reshape(mask, [batch, 1, 1, tokens]), tf.reshape(seen, [1, 1, tokens, tokens])));
};

/** Positions of the longest sequence of a row: its prompt and one completion. */
export const longestSequence = ({ tokens, completions }: Pick<Sequences, "tokens" | "completions">): number =>
  tokens.shape[1] - (completions === undefined ? 0 : (completions.count - 1) * completions.length);

/** visible [B, S] float32, 1 for the cache slots that the newest token sees -> bias [B, 1, 1, S]. */
export const slotBias = (visible: tf.Tensor2D): tf.Tensor4D => {
  const [batch, slots] = visible.shape;
  return biasOf(tf.reshape(visible, [batch, 1, 1, slots]));
};

/** x [B * T, H * W] -> [B, H, T, W]. */
export const splitHeads = (x: tf.Tensor2D, batch: number, heads: number): tf.Tensor4D => {
  const [rows, width] = x.shape;
  if (rows === batch) return tf.reshape(x, [batch, heads, 1, width / heads]);
  return tf.transpose(tf.reshape(x, [batch, rows / batch, heads, width / heads]), [0, 2, 1, 3]);
};

/** x [B, H, T, W] -> [B * T, H * W]. */
export const mergeHeads = (x: tf.Tensor4D): tf.Tensor2D => {
  const [batch, heads, tokens, width] = x.shape;
  const rows = tokens === 1 ? x : tf.transpose(x, [0, 2, 1, 3]);
  return tf.reshape(rows, [batch * tokens, heads * width]);
};

/**
 * softmax(scale q k' + bias) v (Vaswani et al., 2017), where H / K neighbouring query heads share a head of keys and
 * values (Ainslie et al., 2023). queries [B, H, T, W], keys and values [B, K, S, W], bias [B, 1, T, S] or any shape
 * that broadcasts to [B, H, T, S] -> [B, H, T, W]; scale is 1 / sqrt(W) when left out. Keys are not repeated: the
 * queries that share a head are the rows of one product.
 */
export const attend = (
  queries: tf.Tensor4D,
  keys: tf.Tensor4D,
  values: tf.Tensor4D,
  bias: tf.Tensor4D,
  scale = 1 / Math.sqrt(queries.shape[3]),
): tf.Tensor4D => {
  const [batch, heads, tokens, width] = queries.shape;
  const [, shared, slots] = keys.shape;
  const rows = (heads / shared) * tokens;
  const scaled = tf.reshape(scale === 1 ? queries : tf.mul(queries, scale), [batch, shared, rows, width]);
  const scores = tf.matMul(scaled, keys, false, true);
  const weights = tf.softmax(tf.add(tf.reshape(scores, [batch, heads, tokens, slots]), bias));
  const mixed = tf.matMul(tf.reshape(weights, [batch, shared, rows, slots]), values);
  return tf.reshape(mixed, [batch, heads, tokens, width]);
};
