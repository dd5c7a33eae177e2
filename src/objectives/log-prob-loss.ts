/** Losses of the log-probs of drawn tokens, whose derivative is stated and not derived: what it is made of besides them is a constant. */
import * as tf from "@tensorflow/tfjs";
import { withGradient } from "./distribution.ts";
import type { TokenLoss } from "./token-log-probs.ts";

/**
 * A loss of `logProbs` [...] in nats -> [...]. Where a value depends on the log-probs of several places, the derivative that `formula` states at a
 * place is that of the sum of all values. Outside of differentiation, as in `tokenLoss`; log-probs made once serve the loss and the metrics.
 */
export const logProbLoss = (logProbs: tf.Tensor, formula: (logProbs: tf.Tensor) => TokenLoss): tf.Tensor =>
  withGradient(tf.expandDims(logProbs, -1), (given) => {
    const { value, derivative } = formula(tf.squeeze(given, [-1]));
    return { value, gradient: tf.expandDims(derivative, -1) };
  });
