/** What log-probs over a vocabulary say of given tokens. */
import * as tf from "@tensorflow/tfjs";

/** `logProbs` [B, T, V] in nats, finite, and `targets` [B, T] int32 -> the log-probs [B, T] of the targets. */
export const logProbsOfTargets = (logProbs: tf.Tensor3D, targets: tf.Tensor2D): tf.Tensor2D =>
  tf.sum(tf.mul(logProbs, tf.oneHot(targets, logProbs.shape[2], 1, 0, "float32")), -1);
