/** The entropy of the policy's next-token distribution: how undecided it still is. */
import * as tf from "@tensorflow/tfjs";
import { inChunks } from "./chunks.ts";
import { distribution, withGradient, type ClosedForm, type Distribution } from "./distribution.ts";

/** H(Q) in nats of a distribution at every position: [..., V] -> [...]. */
export const entropyOf = ({ probabilities, logProbs }: Distribution): tf.Tensor =>
  tf.neg(tf.sum(tf.mul(probabilities, logProbs), -1));

const formula = (logits: tf.Tensor): ClosedForm => {
  const student = distribution(logits);
  const { probabilities, logProbs } = student;
  const value = entropyOf(student);
  return { value, gradient: tf.neg(tf.mul(probabilities, tf.add(logProbs, tf.expandDims(value, -1)))) };
};

/**
 * H(Q) = -sum_i Q_i log Q_i in nats: `logits` [..., V] -> [...]. Gradient: -Q (log Q + H). A large batch is computed in
 * chunks.
 */
export const entropy = (logits: tf.Tensor): tf.Tensor => withGradient(logits, (z) => inChunks([z], formula));
