/** The gated feed-forward layer. */
import * as tf from "@tensorflow/tfjs";
import type { NamedTensors } from "../../engine/program.ts";
import { activations, type Activation } from "./activation.ts";
import { linear } from "./linear.ts";

/**
 * down(f(gate x) * up x) with f an activation: SwiGLU with silu, GEGLU with gelu (Shazeer, 2020). The linear layers are
 * `<name>.gate_proj`, `up_proj` and `down_proj`. x [N, D] -> [N, D].
 */
export const gatedFeedForward = (
  parameters: NamedTensors,
  name: string,
  activation: Activation,
  x: tf.Tensor2D,
): tf.Tensor2D => {
  const gate = activations[activation](linear(parameters, `${name}.gate_proj`, x));
  return linear(parameters, `${name}.down_proj`, tf.mul(gate, linear(parameters, `${name}.up_proj`, x)));
};
