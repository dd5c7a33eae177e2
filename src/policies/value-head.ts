/** The value head: what to expect of the rest of a sequence, as a linear function of the policy's hidden states. */
import * as tf from "@tensorflow/tfjs";
import type { NamedTensors } from "../engine/program.ts";
import { parameter } from "./layers/parameter.ts";
import type { ParameterSpec, Policy, Weights } from "./policy.ts";

const weightName = "value_head.weight";
const biasName = "value_head.bias";

/** Parameters of the head, beside those of its policy; it starts at zero, so that the first values are zero. */
export const valueHeadParameters = ({ hiddenSize }: Policy): Readonly<Record<string, ParameterSpec>> => ({
  [weightName]: { shape: [1, hiddenSize], initial: { value: 0 } },
  [biasName]: { shape: [1], initial: { value: 0 } },
});

/** The head's weights before the first step. */
export const initialValueHead = ({ hiddenSize }: Policy): Weights => ({
  [weightName]: new Float32Array(hiddenSize),
  [biasName]: new Float32Array(1),
});

/**
 * Hidden states [B, T, D] -> values [B, T]: w h_t + b. Differentiable in the head alone: the policy's own parameters
 * get no gradient through it, so that the size of the value loss does not change what the policy learns.
 */
export const valuesOf = (parameters: NamedTensors, hidden: tf.Tensor3D): tf.Tensor2D => {
  const [batch, tokens, width] = hidden.shape;
  const rows: tf.Tensor2D = tf.reshape(hidden, [batch * tokens, width]);
  const [weight, bias] = [parameter(parameters, weightName), parameter<tf.Rank.R1>(parameters, biasName)];
  const values = tf.customGrad((...inputs) => {
    const [w, b, save] = inputs as [tf.Tensor2D, tf.Tensor1D, (tensors: tf.Tensor[]) => void];
    save([rows]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor[] => [
      tf.matMul(dy, saved[0]!, true),
      tf.sum(dy, 0),
    ];
    return { value: tf.add(tf.matMul(rows, w, false, true), b), gradFunc };
  })(weight, bias);
  return tf.reshape(values, [batch, tokens]);
};
