/** Sums of probabilities that are given by their logarithms. */
import * as tf from "@tensorflow/tfjs";

/** log(e^a + e^b), in nats and element by element; finite where a and b are. */
export const logSum = <T extends tf.Tensor>(a: T, b: T): T => {
  const greater = tf.maximum<T>(a, b);
  return tf.add<T>(greater, tf.log(tf.add(tf.exp(tf.sub(a, greater)), tf.exp(tf.sub(b, greater)))));
};

/**
 * log(sum over [B, V] of e^x where `kept` [B, V] is true), in nats [B, 1]; finite where x is and each row keeps one.
 */
export const logSumWhere = (kept: tf.Tensor2D, x: tf.Tensor2D): tf.Tensor2D => {
  const greatest: tf.Tensor2D = tf.max(tf.where(kept, x, tf.fill(x.shape, -1e30)), 1, true);
  const powers = tf.where(kept, tf.exp(tf.minimum(tf.sub(x, greatest), 0)), tf.zerosLike(x));
  return tf.add(greatest, tf.log(tf.sum(powers, 1, true)));
};
