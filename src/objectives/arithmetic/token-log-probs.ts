/** Log-probs of given tokens under the policy: what supervised fine-tuning and every policy gradient differentiate. */
import * as tf from "@tensorflow/tfjs";
import { closedForm } from "./distribution.ts";

/** log Q(y): `logits` [..., V] and `targets` [...] int32 -> nats [...]. Gradient: one-hot(y) - Q. */
export const tokenLogProbs = (logits: tf.Tensor, targets: tf.Tensor): tf.Tensor =>
  closedForm(logits, ({ probabilities, logProbs }) => {
    const chosen = tf.oneHot(targets, logits.shape.at(-1)!, 1, 0, "float32");
    return { value: tf.sum(tf.mul(logProbs, chosen), -1), gradient: tf.sub(chosen, probabilities) };
  });

/** `logProbs` [B, T, V] in nats, finite, and `targets` [B, T] int32 -> the log-probs [B, T] of the targets. */
export const logProbsOfTargets = (logProbs: tf.Tensor3D, targets: tf.Tensor2D): tf.Tensor2D =>
  tf.sum(tf.mul(logProbs, tf.oneHot(targets, logProbs.shape[2], 1, 0, "float32")), -1);
