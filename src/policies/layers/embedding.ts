/** The embedding layer. */
import * as tf from "@tensorflow/tfjs";

/**
 * Largest table, in rows, whose gradient is made by a product with one-hot rows; above it rows are summed by `unsortedSegmentSum`.
 * The product costs 2 N V D operations but is one matMul. `bench/` measures where the two cross.
 */
export const oneHotRows = 1024;

/** Rows of `table` [V, D] at `ids` [N] int32 -> [N, D]. Differentiable in the table. */
export const embedding = (table: tf.Tensor2D, ids: tf.Tensor1D): tf.Tensor2D => {
  const rows = table.shape[0];
  const lookUp = tf.customGrad((weights, save) => {
    (save as tf.GradSaveFunc)([ids]);
    return {
      value: tf.gather(weights as tf.Tensor2D, ids),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const places = saved[0] as tf.Tensor1D;
        return rows <= oneHotRows
          ? tf.matMul(tf.oneHot(places, rows, 1, 0, "float32"), dy, true, false)
          : tf.unsortedSegmentSum(dy, places, rows);
      },
    };
  });
  return lookUp(table);
};
