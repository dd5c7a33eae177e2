/**
 * Fragments of a program that change logits [B, V] before a token is drawn: each lowers some tokens or rules them out,
 * and is pure.
 */
import * as tf from "@tensorflow/tfjs";
import { loop } from "../../engine/loop.ts";

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
 * Halvings after which no float32 is left inside: the interval is at most 50 nats wide, and a bound that is searched
 * for is beyond -log 2, where float32 are 2 ** -24 apart.
 */
const mostHalvings = 32;

/** Below this log-prob top-p keeps no token: the margin of 1 nat covers the rounding of the sums. */
export const leastKept = (p: number, vocabulary: number): number => Math.log((1 - p) / vocabulary) - 1;

/**
 * Top-p, the nucleus (Holtzman et al., 2020, arXiv 1904.09751): keeps the likeliest tokens of each row until their
 * probabilities sum to p, the token that reaches p included, and all that are exactly as likely as that one. p in (0,
 * 1].
 *
 * The kept tokens are those whose log-prob is at least the greatest bound above which the mass is p or more. The bound
 * is found by halving an interval until no float32 is inside, so the result is that of sorting, at one masked sum
 * over V for each halving (about 26) instead of a sort. No token below log((1 - p) / V) is kept: the tokens that are
 * at most as likely as the last one kept have more than 1 - p together.
 */
export const keepTopP = (logits: tf.Tensor2D, nucleus: number | GivenTopP): tf.Tensor2D => {
  if (nucleus === 1) return logits;
  const [batch, vocabulary] = logits.shape;
  const [p, lowest]: readonly [Amount, Amount] =
    typeof nucleus === "number" ? [nucleus, leastKept(nucleus, vocabulary)] : [nucleus.p, nucleus.least];
  const logProbs = tf.logSoftmax(logits);
  const probabilities = tf.exp(logProbs);
  const none = tf.zerosLike(probabilities);
  const suffices = (bound: tf.Tensor): tf.Tensor => {
    const above = tf.where(tf.greaterEqual(logProbs, bound), probabilities, none);
    return tf.greaterEqual(tf.sum(above, 1, true), p);
  };
  const middleOf = (low: tf.Tensor, high: tf.Tensor): tf.Tensor => tf.mul(tf.add(low, high), 0.5);
  const top = tf.max(logProbs, 1, true);
  const least = typeof lowest === "number" ? tf.fill([batch, 1], lowest) : tf.mul(tf.ones([batch, 1]), lowest);
  const { carried } = loop({
    trips: mostHalvings,
    carried: { low: tf.where(suffices(top), top, tf.minimum(least, top)), high: top },
    body: (_, { low, high }) => {
      const middle = middleOf(low!, high!);
      const enough = suffices(middle);
      const [lower, upper] = [tf.where(enough, middle, low!), tf.where(enough, high!, middle)];
      const next = middleOf(lower, upper);
      const open = tf.logicalAnd(tf.greater(next, lower), tf.less(next, upper));
      return { carried: { low: lower, high: upper }, outputs: {}, proceed: tf.any(open) };
    },
  });
  const bound = typeof nucleus === "number" ? carried["low"]! : tf.add(carried["low"]!, nucleus.slack);
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
