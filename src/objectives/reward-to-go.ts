/** The reward to go: at each token, what it and the later tokens of its sequence brought. */
import * as tf from "@tensorflow/tfjs";

/** Throws `RangeError` unless the discount is in [0, 1]; `owner` names who asks. */
export const checkDiscount = (owner: string, discount: number): void => {
  if (!(discount >= 0 && discount <= 1)) throw new RangeError(`${owner}: expected a discount in [0, 1], got ${discount}`);
};

/**
 * sum over u >= t of discount^(u - t) x_u: `values` [B, T], zero outside of completions -> [B, T]. At discount 0 the values themselves, at 1 the sum
 * of each and all later ones.
 */
export const rewardToGo = (values: tf.Tensor2D, discount: number): tf.Tensor2D => {
  const T = values.shape[1];
  const weights = Float32Array.from({ length: T * T }, (_, i) => {
    const ahead = Math.floor(i / T) - (i % T);
    return ahead < 0 ? 0 : discount ** ahead;
  });
  return tf.matMul(values, tf.tensor2d(weights, [T, T]));
};
