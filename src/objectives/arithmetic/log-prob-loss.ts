/**
 * Losses of the log-probs of drawn tokens, whose derivative is stated and not derived: what they are made of besides is
 * a constant.
 */
import * as tf from "@tensorflow/tfjs";
import { withGradient } from "./distribution.ts";

/** A loss at every position [...], and its derivative [...] by the log-prob of the token there. */
export interface TokenLoss {
  readonly value: tf.Tensor;
  readonly derivative: tf.Tensor;
}

/**
 * A loss of `logProbs` [...] in nats -> [...]. Where a value depends on the log-probs of several positions, the
 * derivative that `formula` states at a position is that of the sum of all values. The formula runs outside of
 * differentiation: what it multiplies, clips or sums over positions is a constant, as importance weights and advantages
 * must be. Log-probs are made once and serve the loss and the metrics.
 */
export const logProbLoss = (logProbs: tf.Tensor, formula: (logProbs: tf.Tensor) => TokenLoss): tf.Tensor =>
  withGradient(tf.expandDims(logProbs, -1), (given) => {
    const { value, derivative } = formula(tf.squeeze(given, [-1]));
    return { value, gradient: tf.expandDims(derivative, -1) };
  });
