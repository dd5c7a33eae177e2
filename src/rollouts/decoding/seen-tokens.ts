/** Which tokens a row has had: what a repetition penalty reads. */
import * as tf from "@tensorflow/tfjs";

/** [B, V] float32: 1 for the tokens [B, P] of a prompt, where `mask` [B, P] is 1. */
export const seenIn = (tokens: tf.Tensor2D, mask: tf.Tensor2D, vocabularySize: number): tf.Tensor2D => {
  const [batch, length] = tokens.shape;
  const size = batch * vocabularySize;
  const starts = tf.reshape(tf.range(0, size, vocabularySize, "int32"), [batch, 1]);
  // Padding is written to one index after the last.
  const indices = tf.where(tf.greater(mask, 0), tf.add(tokens, starts), tf.scalar(size, "int32"));
  const written = tf.tensorScatterUpdate(
    tf.zeros([size + 1]),
    tf.reshape(indices, [batch * length, 1]),
    tf.ones([batch * length]),
  );
  return tf.reshape(tf.slice(written, [0], [size]), [batch, vocabularySize]);
};

/** `seen` [B, V] with the next `token` [B] int32 of each row. */
export const withToken = (seen: tf.Tensor2D, token: tf.Tensor1D): tf.Tensor2D => {
  const [batch, vocabularySize] = seen.shape;
  const ids = tf.reshape(tf.range(0, vocabularySize, 1, "int32"), [1, vocabularySize]);
  return tf.where(tf.equal(ids, tf.reshape(token, [batch, 1])), tf.onesLike(seen), seen);
};
