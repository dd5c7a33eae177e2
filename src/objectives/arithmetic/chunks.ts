/**
 * Closed forms in chunks: a few positions at a time, so that what a formula needs on the way is as wide as a chunk and
 * not as the batch.
 */
import * as tf from "@tensorflow/tfjs";
import { mapSlices } from "../../engine/map-slices.ts";
import { sizeOf } from "../../engine/program.ts";
import type { ClosedForm } from "./distribution.ts";

/** Numbers of a batch below which it is computed at once: a loop would cost more than it saves. */
const small = 2 ** 21;

/** Numbers of a chunk: 1 MiB a tensor, so that those of one formula stay in a processor's cache. */
const chunkSize = 2 ** 18;

/**
 * Positions C of a chunk, for N positions of `width` numbers: all of them when they are few, else about 2^18 numbers; a
 * divisor of N where one is near, so that nothing has to be cut off at the end.
 */
export const positionsPerChunk = (N: number, width: number): number => {
  if (N * width <= small) return N;
  const most = Math.max(1, Math.floor(chunkSize / width));
  for (let C = most; C > most / 2; C -= 1) if (N % C === 0) return C;
  return most;
};

/** `formula` at all positions of [count, C, W_i]: value [count * C] and gradient [count * C, V]. */
const mapped = (chunks: readonly tf.Tensor[], formula: (...tensors: tf.Tensor[]) => ClosedForm): ClosedForm => {
  const results = mapSlices(Object.fromEntries(chunks.map((chunk, i) => [`tensor${i}`, chunk])), (slices) => ({
    ...formula(...chunks.map((_, i) => slices[`tensor${i}`]!)),
  }));
  const flat = (x: tf.Tensor): tf.Tensor => {
    const [count, C, ...rest] = x.shape as [number, number, ...number[]];
    return tf.reshape(x, [count * C, ...rest]);
  };
  return { value: flat(results["value"]!), gradient: flat(results["gradient"]!) };
};

/**
 * `formula` of tensors [..., W_i], the last of them the logits [..., V], computed `chunk` positions at a time (as
 * `positionsPerChunk` says when left out): value [...] and gradient [..., V]. A position must not depend on another
 * one; within the formula the leading axes may be any. `RangeError` when `chunk` is not a positive whole number.
 */
export const inChunks = (
  tensors: readonly tf.Tensor[],
  formula: (...tensors: tf.Tensor[]) => ClosedForm,
  chunk?: number,
): ClosedForm => {
  const shape = tensors.at(-1)!.shape;
  const leading = shape.slice(0, -1);
  const N = sizeOf(leading);
  const C = chunk ?? positionsPerChunk(N, shape.at(-1)!);
  if (!Number.isInteger(C) || C < 1)
    throw new RangeError(`chunks: expected a positive whole number of positions, got ${C}`);
  if (C >= N) return formula(...tensors);
  const rows = tensors.map((tensor) => tf.reshape(tensor, [N, tensor.shape.at(-1)!]));
  const [count, rest] = [Math.floor(N / C), N % C];
  const cut = (from: number, size: number): tf.Tensor[] =>
    size === N ? rows : rows.map((row) => tf.slice(row, from, size));
  const whole = mapped(
    cut(0, count * C).map((part) => tf.reshape(part, [count, C, part.shape[1]!])),
    formula,
  );
  const last = rest === 0 ? undefined : formula(...cut(count * C, rest));
  const joined = (part: "value" | "gradient", to: number[]): tf.Tensor =>
    tf.reshape(last === undefined ? whole[part] : tf.concat([whole[part], last[part]]), to);
  return { value: joined("value", leading), gradient: joined("gradient", shape) };
};
