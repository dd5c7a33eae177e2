/** The linear layer. */
import * as tf from "@tensorflow/tfjs";
import type { NamedTensors } from "../../engine/program.ts";
import { parameter } from "./parameter.ts";

/**
 * x [N, in] -> x W' + b [N, out], with W [out, in] (HuggingFace's layout) the parameter `<name>.weight`, and b [out]
 * the parameter `<name>.bias` where there is one. With an adapter, `<name>.lora_A.weight` [r, in] and
 * `<name>.lora_B.weight` [out, r], x A' B' is added (LoRA, Hu et al., 2021).
 */
export const linear = (parameters: NamedTensors, name: string, x: tf.Tensor2D): tf.Tensor2D =>
  withAdditions(parameters, name, x, tf.matMul(x, parameter(parameters, `${name}.weight`), false, true));

/**
 * The same with W [in, out], the layout of HuggingFace's Conv1D: x [N, in] -> x W + b [N, out]. An adapter has the
 * shapes that it has in `linear`.
 */
export const conv1d = (parameters: NamedTensors, name: string, x: tf.Tensor2D): tf.Tensor2D =>
  withAdditions(parameters, name, x, tf.matMul(x, parameter(parameters, `${name}.weight`)));

/** `product` [N, out] of x and the weight, with what else there is of the layer. */
const withAdditions = (parameters: NamedTensors, name: string, x: tf.Tensor2D, product: tf.Tensor2D): tf.Tensor2D => {
  let y = product;
  const [a, b] = [`${name}.lora_A.weight`, `${name}.lora_B.weight`];
  if (a in parameters)
    y = tf.add(
      y,
      tf.matMul(tf.matMul(x, parameter(parameters, a), false, true), parameter(parameters, b), false, true),
    );
  const bias = `${name}.bias`;
  return bias in parameters ? tf.add(y, parameter<tf.Rank.R1>(parameters, bias)) : y;
};
