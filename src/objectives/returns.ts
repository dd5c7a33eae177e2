/** Returns: what follows a token, summed. */
import * as tf from "@tensorflow/tfjs";

/** values [B, T] of the place `by` places later; 0 past the end. */
export const following = (values: tf.Tensor2D, by: number): tf.Tensor2D =>
  tf.slice(
    tf.pad(values, [
      [0, 0],
      [0, by],
    ]),
    [0, by],
    values.shape,
  );

/**
 * R_t = sum_(k >= t) discount^(k - t) values_k: [B, T] -> [B, T], by doubling the reach of each sum, in about log2(T) additions. Powers of the
 * discount vanish where they are small, and nothing is divided by them.
 */
export const discountedReturns = (values: tf.Tensor2D, discount: number): tf.Tensor2D => {
  let sums = values;
  for (let reach = 1; reach < values.shape[1]; reach *= 2) {
    sums = tf.add(sums, tf.mul(following(sums, reach), discount ** reach));
  }
  return sums;
};
