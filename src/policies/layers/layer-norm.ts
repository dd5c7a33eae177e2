/** Layer normalisation. */
import * as tf from "@tensorflow/tfjs";
import type { NamedTensors } from "../../engine/program.ts";
import { parameter } from "./parameter.ts";

/**
 * y = weight * (x - mean(x)) / sqrt(var(x) + epsilon) + bias over the last axis (Ba et al., 2016), with the parameters
 * `<name>.weight` and `<name>.bias`, each [D]; the variance divides by D. x [N, D] -> [N, D].
 *
 * The gradient is written out, because the derived one makes several times as many passes over [N, D]. With r = 1 /
 * sqrt(var(x) + epsilon), u = (x - mean(x)) r and h = dy * weight: dx = r (h - mean(h) - u mean(h u)), dweight = the
 * sum over N of dy u, and dbias = the sum over N of dy.
 */
export const layerNorm = (parameters: NamedTensors, name: string, x: tf.Tensor2D, epsilon: number): tf.Tensor2D => {
  const normalize = tf.customGrad((...inputs) => {
    const [source, gain, shift, save] = inputs as [tf.Tensor2D, tf.Tensor1D, tf.Tensor1D, tf.GradSaveFunc];
    const centered = tf.sub(source, tf.mean(source, 1, true));
    const inverse = tf.rsqrt(tf.add(tf.mean(tf.square(centered), 1, true), epsilon));
    const unit = tf.mul(centered, inverse);
    save([unit, inverse, gain]);
    return {
      value: tf.add(tf.mul(unit, gain), shift),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [u, r, w] = saved as [tf.Tensor2D, tf.Tensor2D, tf.Tensor1D];
        const h = tf.mul(dy, w);
        const projected = tf.add(tf.mean(h, 1, true), tf.mul(u, tf.mean(tf.mul(h, u), 1, true)));
        return [tf.mul(r, tf.sub(h, projected)), tf.sum(tf.mul(dy, u), 0), tf.sum(dy, 0)];
      },
    };
  });
  const [weight, bias] = [`${name}.weight`, `${name}.bias`].map((key) => parameter<tf.Rank.R1>(parameters, key)) as [
    tf.Tensor1D,
    tf.Tensor1D,
  ];
  return normalize(x, weight, bias) as tf.Tensor2D;
};
