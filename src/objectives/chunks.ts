/** Closed forms in chunks: a few places at a time, so that what a formula needs on the way is as wide as a chunk and not as the batch. */
import * as tf from "@tensorflow/tfjs";
import { loop } from "../engine/loop.ts";
import { sizeOf } from "../engine/program.ts";
import type { ClosedForm } from "./distribution.ts";

/** Numbers of a batch below which it is computed at once: a loop would cost more than it saves. */
const small = 2 ** 21;

/** Numbers of a chunk: 1 MiB a tensor, so that those of one formula stay in a processor's cache. */
const chunkSize = 2 ** 18;

/**
 * Places C of a chunk, for N places of `width` numbers: all of them when they are few, else about 2^18 numbers; a divisor of N where one is near,
 * so that nothing has to be cut off at the end.
 */
export const placesPerChunk = (N: number, width: number): number => {
  if (N * width <= small) return N;
  const most = Math.max(1, Math.floor(chunkSize / width));
  for (let C = most; C > most / 2; C -= 1) if (N % C === 0) return C;
  return most;
};

/** Rows from `first` on, C of them; the last row again where there are no more. */
const rowsFrom = (rows: tf.Tensor, first: tf.Scalar, C: number): tf.Tensor => {
  const last = tf.scalar(rows.shape[0]! - 1, "int32");
  return tf.gather(rows, tf.minimum(tf.add(tf.range(0, C, 1, "int32"), first), last));
};

/** [trips, C, ...] -> `shape`, without the rows that the last chunk repeats. */
const joined = (chunks: tf.Tensor, N: number, shape: readonly number[]): tf.Tensor => {
  const [trips, C, ...rest] = chunks.shape as [number, number, ...number[]];
  const rows = tf.reshape(chunks, [trips * C, ...rest]);
  return tf.reshape(trips * C === N ? rows : tf.slice(rows, 0, N), [...shape]);
};

/**
 * `formula` of tensors [..., W_i], the last of them the logits [..., V], computed `chunk` places at a time (as `placesPerChunk` says when left out):
 * value [...] and gradient [..., V]. A place must not depend on another one; within the formula the leading axes may be any.
 * `RangeError` when `chunk` is not a positive whole number.
 */
export const inChunks = (tensors: readonly tf.Tensor[], formula: (...tensors: tf.Tensor[]) => ClosedForm, chunk?: number): ClosedForm => {
  const shape = tensors.at(-1)!.shape;
  const leading = shape.slice(0, -1);
  const N = sizeOf(leading);
  const C = chunk ?? placesPerChunk(N, shape.at(-1)!);
  if (!Number.isInteger(C) || C < 1) throw new RangeError(`chunks: expected a positive whole number of places, got ${C}`);
  if (C >= N) return formula(...tensors);
  const rows = tensors.map((tensor) => tf.reshape(tensor, [N, tensor.shape.at(-1)!]));
  const { outputs } = loop({
    trips: Math.ceil(N / C),
    carried: {},
    body(iteration) {
      const first = tf.mul<tf.Scalar>(iteration, tf.scalar(C, "int32"));
      const { value, gradient } = formula(...rows.map((each) => rowsFrom(each, first, C)));
      return { carried: {}, outputs: { value, gradient }, proceed: tf.scalar(true, "bool") };
    },
  });
  return { value: joined(outputs["value"]!, N, leading), gradient: joined(outputs["gradient"]!, N, shape) };
};
