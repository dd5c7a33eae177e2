/** The last positions of a padded batch: where completions are when prompts are padded on the left. */
import * as tf from "@tensorflow/tfjs";

/** x [..., T, W] -> its last positions [..., last, W]; x itself where that is all. */
export const lastPositions = <T extends tf.Tensor3D | tf.Tensor4D>(x: T, last: number): T => {
  const tokens = x.shape.at(-2)!;
  if (last === tokens) return x;
  const begin = x.shape.map((_, axis) => (axis === x.rank - 2 ? tokens - last : 0));
  return tf.slice(x, begin, [...x.shape.slice(0, -2), last, x.shape.at(-1)!]);
};

/** x [B * T, D] -> the last positions of each of its B rows, [B * last, D]. */
export const lastOfRows = (x: tf.Tensor2D, batch: number, last: number): tf.Tensor2D => {
  const [rows, width] = x.shape;
  if (rows === batch * last) return x;
  return tf.reshape(lastPositions<tf.Tensor3D>(tf.reshape(x, [batch, rows / batch, width]), last), [
    batch * last,
    width,
  ]);
};

/**
 * mask [B, T] float32, 1 for tokens -> [B] int32: the position of each row's last token. 0 for a row without tokens.
 */
export const lastPosition = (mask: tf.Tensor2D): tf.Tensor1D =>
  tf.argMax(tf.mul(mask, tf.range(1, mask.shape[1] + 1, 1, "float32")), 1);
