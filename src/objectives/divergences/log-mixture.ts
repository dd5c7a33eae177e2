/** The logarithm of a mixture of two distributions. */
import * as tf from "@tensorflow/tfjs";

/**
 * log(share exp(a) + (1 - share) exp(b)), elementwise, for log-probs `a` and `b` of one shape and a share in [0, 1).
 * The mixture is one of probabilities, though neither is ever formed: the larger term is taken out, so that it is
 * finite and exact where both underflow. At 0 it is `b`.
 */
export const logMixture = (share: number, a: tf.Tensor, b: tf.Tensor): tf.Tensor => {
  // The logarithm of 0 is infinite, which not every engine's arithmetic holds.
  if (share === 0) return b;
  const [x, y] = [tf.add(a, Math.log(share)), tf.add(b, Math.log(1 - share))];
  return tf.add(tf.maximum(x, y), tf.log(tf.add(tf.exp(tf.neg(tf.abs(tf.sub(x, y)))), 1)));
};
