/** The linear layer. */
import * as tf from "@tensorflow/tfjs";

/** x [N, in] times the transpose of `weight` [out, in] (HuggingFace's layout) -> [N, out]. No bias, as in Llama. */
export const linear = (x: tf.Tensor2D, weight: tf.Tensor2D): tf.Tensor2D => tf.matMul(x, weight, false, true);
