/** Log-probs of given tokens under the policy, and losses of them: what supervised fine-tuning and every policy gradient differentiate. */
import * as tf from "@tensorflow/tfjs";
import { closedForm, type Distribution } from "./distribution.ts";

/** A loss at every place [...], and its derivative [...] by the log-prob of the token there. */
export interface TokenLoss {
  readonly value: tf.Tensor;
  readonly derivative: tf.Tensor;
}

/**
 * A loss of the log-probs of `targets` [...] int32 under `logits` [..., V] -> [...]. `formula` gets those log-probs [...] in nats, and the whole
 * distribution, and states value and derivative; the gradient by the logits is derivative x (one-hot(y) - Q). The formula runs outside of
 * differentiation: what it multiplies, clips or sums over places is a constant, as importance weights and advantages must be.
 */
export const tokenLoss = (
  logits: tf.Tensor,
  targets: tf.Tensor,
  formula: (logProbs: tf.Tensor, student: Distribution) => TokenLoss,
): tf.Tensor =>
  closedForm(logits, (student) => {
    const chosen = tf.oneHot(targets, logits.shape.at(-1)!, 1, 0, "float32");
    const { value, derivative } = formula(tf.sum(tf.mul(student.logProbs, chosen), -1), student);
    return { value, gradient: tf.mul(tf.expandDims(derivative, -1), tf.sub(chosen, student.probabilities)) };
  });

/** log Q(y): `logits` [..., V] and `targets` [...] int32 -> nats [...]. Gradient: one-hot(y) - Q. */
export const tokenLogProbs = (logits: tf.Tensor, targets: tf.Tensor): tf.Tensor =>
  closedForm(logits, ({ probabilities, logProbs }) => {
    const chosen = tf.oneHot(targets, logits.shape.at(-1)!, 1, 0, "float32");
    return { value: tf.sum(tf.mul(logProbs, chosen), -1), gradient: tf.sub(chosen, probabilities) };
  });
