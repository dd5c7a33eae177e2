/** The gated feed-forward layer. */
import * as tf from "@tensorflow/tfjs";
import { linear } from "./linear.ts";

/** Weights of the layer: gate and up [hidden, D], down [D, hidden]. */
export interface SwigluWeights {
  readonly gate: tf.Tensor2D;
  readonly up: tf.Tensor2D;
  readonly down: tf.Tensor2D;
}

/** down(silu(gate x) * up x), silu(z) = z sigmoid(z) (Shazeer, 2020). x [N, D] -> [N, D]. */
export const swiglu = (x: tf.Tensor2D, weights: SwigluWeights): tf.Tensor2D => {
  const gate = linear(x, weights.gate);
  return linear(tf.mul(tf.mul(gate, tf.sigmoid(gate)), linear(x, weights.up)), weights.down);
};
