/**
 * Fragments of a program that change logits [B, V] before a token is drawn: each lowers some tokens or rules them out,
 * and is pure.
 */
import * as tf from "@tensorflow/tfjs";
import { leastKept, nucleusBound } from "./nucleus.ts";

/** A number of a program: fixed when it is made, or a scalar that comes with each run. */
export type Amount = number | tf.Scalar;

/** k that comes with each run, int32, at most `most`; `slack` is 0, or `noBound` where nothing is ruled out. */
export interface GivenTopK {
  readonly most: number;
  readonly k: tf.Scalar;
  readonly slack: tf.Scalar;
}

/** p that comes with each run, below 1, with `leastKept` of it; `slack` as of top-k. */
export interface GivenTopP {
  readonly p: tf.Scalar;
  readonly least: tf.Scalar;
  readonly slack: tf.Scalar;
}

/** Least finite float32, about: a bound that is lowered by it rules nothing out. */
export const noBound = -3e38;

/**
 * The logit of a token that is ruled out: its probability is 0 at every temperature, and finite, so that log-probs and
 * mixtures of them are.
 */
const excluded = -1e30;

const keeping = (kept: tf.Tensor, logits: tf.Tensor2D): tf.Tensor2D =>
  tf.where<tf.Tensor>(kept, logits, tf.scalar(excluded)) as tf.Tensor2D;

/**
 * Repetition penalty (Keskar et al., 2019, CTRL, arXiv 1909.05858, section 4.1, in the form of transformers): the logit
 * of a token that has been seen is divided by `penalty` where it is positive and multiplied by it where it is negative.
 * `seen` [B, V] float32, 1 for such tokens.
 */
export const penalizeSeen = (logits: tf.Tensor2D, seen: tf.Tensor2D, penalty: Amount): tf.Tensor2D => {
  const lowered: tf.Tensor2D = tf.where<tf.Tensor2D>(
    tf.less(logits, 0),
    tf.mul(logits, penalty),
    tf.div(logits, penalty),
  );
  return tf.where(tf.greater(seen, 0), lowered, logits);
};

/** Rules out the tokens `ids` while `early` (scalar bool) is true: a completion that is too short does not end. */
export const excludeWhile = (logits: tf.Tensor2D, ids: readonly number[], early: tf.Tensor): tf.Tensor2D => {
  const vocabulary = logits.shape[1];
  const named = new Uint8Array(vocabulary);
  for (const id of ids) named[id] = 1;
  const ends = tf.tensor2d(named, [1, vocabulary], "bool");
  return keeping(tf.logicalNot(tf.logicalAnd(ends, early)), logits);
};

/**
 * Top-k (Fan et al., 2018, arXiv 1805.04833): keeps the k greatest logits of each row, and all that equal the least of
 * them.
 */
export const keepTopK = (logits: tf.Tensor2D, k: number | GivenTopK): tf.Tensor2D => {
  const [batch, vocabulary] = logits.shape;
  if (typeof k !== "number") {
    const { values } = tf.topk(logits, Math.min(k.most, vocabulary));
    const last = tf.reshape(tf.sub(k.k, tf.scalar(1, "int32")), [1]);
    const bound = tf.add(tf.gather(values, tf.cast(last, "int32"), 1), k.slack);
    return keeping(tf.greaterEqual(logits, bound), logits);
  }
  if (k >= vocabulary) return logits;
  const least = tf.slice(tf.topk(logits, k).values, [0, k - 1], [batch, 1]);
  return keeping(tf.greaterEqual(logits, least), logits);
};

/**
 * Top-p, the nucleus (Holtzman et al., 2020, arXiv 1904.09751): keeps the tokens of each row that are in its nucleus
 * (`nucleusBound`). p in (0, 1].
 */
export const keepTopP = (logits: tf.Tensor2D, nucleus: number | GivenTopP): tf.Tensor2D => {
  if (nucleus === 1) return logits;
  const given = typeof nucleus !== "number";
  const logProbs = tf.logSoftmax(logits);
  const found = given
    ? nucleusBound(logProbs, nucleus.p, nucleus.least)
    : nucleusBound(logProbs, nucleus, leastKept(nucleus, logits.shape[1]));
  const bound = given ? tf.add(found, nucleus.slack) : found;
  return keeping(tf.greaterEqual(logProbs, bound), logits);
};

/**
 * Min-p (Nguyen et al., 2024, arXiv 2407.01082): keeps the tokens that are at least `minP` times as likely as the
 * likeliest. minP in [0, 1]; one that comes with each run comes as its logarithm.
 */
export const keepMinP = (logits: tf.Tensor2D, minP: number | { readonly log: tf.Scalar }): tf.Tensor2D => {
  if (minP === 0) return logits;
  const share: Amount = typeof minP === "number" ? Math.log(minP) : minP.log;
  return keeping(tf.greaterEqual(logits, tf.add(tf.max(logits, 1, true), share)), logits);
};
