/** Where each row of a padded batch ends. */
import * as tf from "@tensorflow/tfjs";

/** mask [B, T] float32, 1 for tokens -> [B] int32: the place of each row's last token. 0 for a row without tokens. */
export const lastPlace = (mask: tf.Tensor2D): tf.Tensor1D => tf.argMax(tf.mul(mask, tf.range(1, mask.shape[1] + 1, 1, "float32")), 1);
