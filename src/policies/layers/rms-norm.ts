/** Root-mean-square normalisation. */
import * as tf from "@tensorflow/tfjs";

/**
 * y = weight * x / sqrt(mean(x^2) + epsilon) over the last axis (Zhang and Sennrich, 2019). x [N, D], weight [D] -> [N,
 * D].
 *
 * The gradient is written out, because the derived one makes twice as many passes over [N, D]. With r = 1 /
 * sqrt(mean(x^2) + epsilon) and h = dy * weight: dx = r h - x r^3 mean(h x), and dweight = the sum over N of dy x r.
 */
export const rmsNorm = (x: tf.Tensor2D, weight: tf.Tensor1D, epsilon: number): tf.Tensor2D => {
  const normalize = tf.customGrad((input, scale, save) => {
    const source = input as tf.Tensor2D;
    const gain = scale as tf.Tensor1D;
    const inverse: tf.Tensor2D = tf.rsqrt(tf.add(tf.mean(tf.square(source), 1, true), epsilon));
    const unit: tf.Tensor2D = tf.mul(source, inverse);
    (save as tf.GradSaveFunc)([unit, inverse, gain]);
    return {
      value: tf.mul(unit, gain),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [u, r, w] = saved as [tf.Tensor2D, tf.Tensor2D, tf.Tensor1D];
        const h = tf.mul(dy, w);
        const projection = tf.mean(tf.mul(h, u), 1, true);
        return [tf.mul(r, tf.sub(h, tf.mul(u, projection))), tf.sum(tf.mul(dy, u), 0)];
      },
    };
  });
  return normalize(x, weight) as tf.Tensor2D;
};
