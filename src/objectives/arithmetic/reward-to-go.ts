/** The reward to go: at each token, what it and the later tokens of its sequence brought. */
import * as tf from "@tensorflow/tfjs";

/** Throws `RangeError` unless the discount is in [0, 1]; `owner` names the objective in it. */
export const checkDiscount = (owner: string, discount: number): void => {
  if (!(discount >= 0 && discount <= 1))
    throw new RangeError(`${owner}: expected a discount in [0, 1], got ${discount}`);
};

/** `values` [B, T] of the position `by` positions later; 0 past the end of the row. */
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
 * sum over u >= t of discount^(u - t) x_u: `values` [B, T], zero outside of completions -> [B, T]. At discount 0 the
 * values themselves, at 1 the sum of each and all later ones. Each sum reaches twice as far as the one before it, so
 * that there are log2(T) of them and no matrix of T by T.
 */
export const rewardToGo = (values: tf.Tensor2D, discount: number): tf.Tensor2D => {
  let sums = values;
  for (let reach = 1; reach < values.shape[1]; reach *= 2) {
    sums = tf.add(sums, tf.mul(following(sums, reach), discount ** reach));
  }
  return sums;
};
