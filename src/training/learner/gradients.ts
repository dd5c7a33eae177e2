/** Loss, metrics and gradients of one pass, and clipping by the global norm. */
import * as tf from "@tensorflow/tfjs";
import type { NamedTensors } from "../../engine/program.ts";

/** A loss and what was measured on the way. */
export interface Measured {
  readonly loss: tf.Scalar;
  readonly metrics: Readonly<Record<string, tf.Scalar>>;
}

/**
 * Differentiates `measure` with respect to every parameter. TensorFlow.js disposes what a differentiated function made;
 * metrics outlive it through a kept copy that is given back to the scope outside.
 */
export const differentiate = (
  measure: (parameters: NamedTensors) => Measured,
  parameters: NamedTensors,
): Measured & { readonly gradients: NamedTensors } => {
  const names = Object.keys(parameters);
  const kept: [string, tf.Scalar][] = [];
  const { value, grads } = tf.valueAndGrads((...tensors: tf.Tensor[]) => {
    const { loss, metrics } = measure(Object.fromEntries(names.map((name, i) => [name, tensors[i]!])));
    for (const [name, metric] of Object.entries(metrics)) kept.push([name, tf.keep(tf.clone(metric))]);
    return loss;
  })(names.map((name) => parameters[name]!));
  const metrics = Object.fromEntries(
    kept.map(([name, metric]) => {
      const owned = tf.clone(metric);
      metric.dispose();
      return [name, owned];
    }),
  );
  return { loss: value, metrics, gradients: Object.fromEntries(names.map((name, i) => [name, grads[i]!])) };
};

/** The square root of the sum of squares over all gradients. */
export const globalNorm = (gradients: NamedTensors): tf.Scalar =>
  tf.sqrt(tf.addN(Object.values(gradients).map((gradient): tf.Scalar => tf.sum(tf.square(gradient)))));

/** The factor that brings a gradient of norm `norm` down to `limit`; 1 when it is below. */
export const clipFactor = (norm: tf.Scalar, limit: number): tf.Scalar =>
  tf.minimum(tf.scalar(1), tf.div(tf.scalar(limit), tf.add(norm, tf.scalar(1e-12)))) as tf.Scalar;
