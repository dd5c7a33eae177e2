/** The nucleus of a next-token distribution: its likeliest tokens that together have a probability p. */
import * as tf from "@tensorflow/tfjs";
import { loop } from "../../engine/loop.ts";

/**
 * Halvings after which no float32 is left inside: the interval is at most 50 nats wide, and a bound that is searched
 * for is beyond -log 2, where float32 are 2 ** -24 apart.
 */
const mostHalvings = 32;

/** Below this log-prob top-p keeps no token: the margin of 1 nat covers the rounding of the sums. */
export const leastKept = (p: number, vocabulary: number): number => Math.log((1 - p) / vocabulary) - 1;

/** Whether tokens are in a nucleus: `logProbs` [..., V] are at least `bound` [..., 1]; 1 or 0, [..., V]. */
export const within = (logProbs: tf.Tensor, bound: tf.Tensor): tf.Tensor =>
  tf.cast(tf.greaterEqual(logProbs, bound), "float32");

/**
 * The log-prob [..., 1], in nats, of the least likely token of the nucleus of `logProbs` [..., V] (Holtzman et al.,
 * 2020, arXiv 1904.09751), or a number below it and above all others: the likeliest tokens until their probabilities
 * sum to p, the token that reaches p included, and all that are exactly as likely as that one. p is below 1, and
 * `least` is `leastKept` of it.
 *
 * It is the greatest bound above which the mass is p or more, found by halving an interval until no float32 is inside:
 * the result is that of sorting, at one masked sum over V for each halving (about 26) instead of a sort. No token below
 * log((1 - p) / V) is kept: the tokens that are at most as likely as the last one kept have more than 1 - p together.
 * After fewer `halvings` h the bound may be lower, by (1 + log(V / (1 - p))) / 2^h nats at most.
 */
export const nucleusBound = (
  logProbs: tf.Tensor,
  p: number | tf.Scalar,
  least: number | tf.Scalar,
  halvings = mostHalvings,
): tf.Tensor => {
  const probabilities = tf.exp(logProbs);
  // A product with 1 and 0 takes half of the time that a selection takes on ONNX Runtime, and sums to the same.
  const suffices = (bound: tf.Tensor): tf.Tensor =>
    tf.greaterEqual(tf.sum(tf.mul(within(logProbs, bound), probabilities), -1, true), p);
  const middleOf = (low: tf.Tensor, high: tf.Tensor): tf.Tensor => tf.mul(tf.add(low, high), 0.5);
  const top = tf.max(logProbs, -1, true);
  const lowest = tf.mul(tf.onesLike(top), least);
  const { carried } = loop({
    trips: halvings,
    carried: { low: tf.where(suffices(top), top, tf.minimum(lowest, top)), high: top },
    body: (_, { low, high }) => {
      const middle = middleOf(low!, high!);
      const enough = suffices(middle);
      const [lower, upper] = [tf.where(enough, middle, low!), tf.where(enough, high!, middle)];
      const next = middleOf(lower, upper);
      const open = tf.logicalAnd(tf.greater(next, lower), tf.less(next, upper));
      return { carried: { low: lower, high: upper }, outputs: {}, proceed: tf.any(open) };
    },
  });
  return carried["low"]!;
};
