/** The Jacobian of softmax: from a derivative by probabilities to one by logits. */
import * as tf from "@tensorflow/tfjs";

/**
 * J(g) = Q (g - sum_k Q_k g_k): `g` [..., V] is dD/dQ up to a constant at each position; `mean` [..., 1] is that sum.
 */
export const softmaxJacobian = (probabilities: tf.Tensor, g: tf.Tensor, mean: tf.Tensor): tf.Tensor =>
  tf.mul(probabilities, tf.sub(g, mean));
