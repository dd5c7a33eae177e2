/** Functions between the two halves of a feed-forward layer, by the names that HuggingFace gives them. */
import * as tf from "@tensorflow/tfjs";

/** A function of one variable with its derivative, so that only the input is saved for the backward pass. */
const stated =
  (value: (x: tf.Tensor) => tf.Tensor, derivative: (x: tf.Tensor) => tf.Tensor) =>
  (x: tf.Tensor2D): tf.Tensor2D => {
    const apply = tf.customGrad((input, save) => {
      (save as tf.GradSaveFunc)([input as tf.Tensor]);
      return {
        value: value(input as tf.Tensor),
        gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => tf.mul(dy, derivative(saved[0]!)),
      };
    });
    return apply(x) as tf.Tensor2D;
  };

const slope = Math.sqrt(2 / Math.PI);
const cubic = 0.044715;

/** tanh(sqrt(2 / pi) (x + 0.044715 x^3)). */
const bend = (x: tf.Tensor): tf.Tensor => tf.tanh(tf.mul(tf.mul(x, tf.add(tf.mul(tf.square(x), cubic), 1)), slope));

/** Phi(x), of the standard normal distribution. */
const normalShare = (x: tf.Tensor): tf.Tensor => tf.mul(tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1), 0.5);

/** The density of the standard normal distribution. */
const density = (x: tf.Tensor): tf.Tensor => tf.mul(tf.exp(tf.mul(tf.square(x), -0.5)), 1 / Math.sqrt(2 * Math.PI));

/** x [N, D] -> [N, D], value by value. */
export const activations = {
  relu: (x: tf.Tensor2D): tf.Tensor2D => tf.relu(x),
  /** x Phi(x) (Hendrycks and Gimpel, 2016). */
  gelu: stated(
    (x) => tf.mul(x, normalShare(x)),
    (x) => tf.add(normalShare(x), tf.mul(x, density(x))),
  ),
  /** Their approximation: x (1 + t) / 2 with t = tanh(sqrt(2 / pi) (x + 0.044715 x^3)). */
  gelu_new: stated(
    (x) => tf.mul(tf.mul(x, 0.5), tf.add(bend(x), 1)),
    (x) => {
      const t = bend(x);
      const inner = tf.mul(tf.add(tf.mul(tf.square(x), 3 * cubic), 1), slope / 2);
      return tf.add(tf.mul(tf.add(t, 1), 0.5), tf.mul(tf.mul(x, tf.sub(1, tf.square(t))), inner));
    },
  ),
  /** x sigmoid(x). */
  silu: (x: tf.Tensor2D): tf.Tensor2D => tf.mul(x, tf.sigmoid(x)),
} as const;

/** Name of an activation. */
export type Activation = keyof typeof activations;
