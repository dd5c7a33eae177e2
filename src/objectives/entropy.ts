/** The entropy of the policy's next-token distribution: how undecided it still is. */
import * as tf from "@tensorflow/tfjs";
import { closedForm } from "./distribution.ts";

/** H(Q) = -sum_i Q_i log Q_i in nats: `logits` [..., V] -> [...]. Gradient: -Q (log Q + H). */
export const entropy = (logits: tf.Tensor): tf.Tensor =>
  closedForm(logits, ({ probabilities, logProbs }) => {
    const value = tf.neg(tf.sum(tf.mul(probabilities, logProbs), -1));
    return { value, gradient: tf.neg(tf.mul(probabilities, tf.add(logProbs, tf.expandDims(value, -1)))) };
  });
