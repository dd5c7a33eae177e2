/** Writes one slice of a cache: the update that decoding makes at every token. */
import * as tf from "@tensorflow/tfjs";

/** A backend that records ops may know a cheaper form than the arithmetic one. */
export interface SlotRecorder {
  recordWriteSlot(cache: tf.Tensor, axis: number, slot: tf.Tensor, value: tf.Tensor): tf.Tensor;
}

const isRecorder = (backend: object): backend is SlotRecorder => "recordWriteSlot" in backend;

/**
 * A copy of `cache` in which index `slot` (scalar int32) along `axis` holds `value`; `value` has the cache's shape with
 * 1 at `axis`. `RangeError` for another shape. Not differentiable.
 */
export const writeSlot = <T extends tf.Tensor>(cache: T, axis: number, slot: tf.Tensor, value: tf.Tensor): T => {
  const expected = cache.shape.map((n, i) => (i === axis ? 1 : n));
  if (value.shape.join() !== expected.join()) {
    throw new RangeError(
      `writeSlot: expected a value of shape [${expected.join(", ")}], got [${value.shape.join(", ")}]`,
    );
  }
  const backend = tf.backend();
  if (isRecorder(backend)) return backend.recordWriteSlot(cache, axis, slot, value) as T;
  const size = cache.shape[axis]!;
  const column = cache.shape.map((_, i) => (i === axis ? size : 1));
  const here = tf.reshape(tf.cast(tf.equal(tf.range(0, size, 1, "int32"), slot), cache.dtype), column);
  return tf.add(tf.mul(cache, tf.sub(tf.onesLike(here), here)), tf.mul(value, here)) as T;
};
