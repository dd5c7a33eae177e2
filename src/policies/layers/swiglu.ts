/** The gated feed-forward layer. */
import * as tf from "@tensorflow/tfjs";
import type { NamedTensors } from "../../engine/program.ts";
import { linear } from "./linear.ts";

/** down(silu(gate x) * up x), silu(z) = z sigmoid(z) (Shazeer, 2020), with the linear layers `<name>.gate_proj`, `up_proj` and `down_proj`. x [N, D] -> [N, D]. */
export const swiglu = (parameters: NamedTensors, name: string, x: tf.Tensor2D): tf.Tensor2D => {
  const gate = linear(parameters, `${name}.gate_proj`, x);
  const gated: tf.Tensor2D = tf.mul(tf.mul(gate, tf.sigmoid(gate)), linear(parameters, `${name}.up_proj`, x));
  return linear(parameters, `${name}.down_proj`, gated);
};
