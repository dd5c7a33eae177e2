/** Rows of a decoder's cache: axis 0 of every tensor in it. */
import * as tf from "@tensorflow/tfjs";
import { sizeOf, type NamedTensors } from "../../engine/program.ts";

/** [n, ...] -> [n * count, ...]: each row `count` times in a row. */
export const repeatRows = <T extends tf.Tensor>(x: T, count: number): T => {
  if (count === 1) return x;
  const [rows, ...rest] = x.shape as [number, ...number[]];
  const flat = tf.reshape(x, [rows, 1, sizeOf(rest)]);
  return tf.reshape(tf.tile(flat, [1, count, 1]), [rows * count, ...rest]) as T;
};

/** The same of each tensor. */
export const repeatAll = (tensors: NamedTensors, count: number): NamedTensors =>
  Object.fromEntries(Object.entries(tensors).map(([name, x]) => [name, repeatRows(x, count)]));

/** The rows `rows` [m] int32 of [n, ...], in this order -> [m, ...]. */
export const pickRows = <T extends tf.Tensor>(x: T, rows: tf.Tensor1D): T => tf.gather(x, rows);
