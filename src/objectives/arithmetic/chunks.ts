/**
 * Formulas in chunks: a few positions at a time, so that what a formula needs on the way is as wide as a chunk and not
 * as the batch.
 */
import * as tf from "@tensorflow/tfjs";
import { mapSlices } from "../../engine/map-slices.ts";
import { sizeOf, type NamedTensors } from "../../engine/program.ts";
import type { ClosedForm } from "./distribution.ts";

/** Numbers of a batch below which it is computed at once: a loop would cost more than it saves. */
const small = 2 ** 21;

/** Numbers of a chunk: 1 MiB a tensor, so that those of one formula stay in a processor's cache. */
const chunkSize = 2 ** 18;

/**
 * Positions C of a chunk, for N positions of `width` numbers: all of them when they are few, else about `size` numbers,
 * 2^18 when left out; a divisor of N where one is near, so that nothing has to be cut off at the end.
 */
export const positionsPerChunk = (N: number, width: number, size = chunkSize): number => {
  if (N * width <= small) return N;
  const most = Math.max(1, Math.floor(size / width));
  for (let C = most; C > most / 2; C -= 1) if (N % C === 0) return C;
  return most;
};

/** `formula` at all positions of [count, C, W_i]: results [count * C, ...]. */
const mapped = (chunks: readonly tf.Tensor[], formula: (...tensors: tf.Tensor[]) => NamedTensors): NamedTensors => {
  const results = mapSlices(Object.fromEntries(chunks.map((chunk, i) => [`tensor${i}`, chunk])), (slices) =>
    formula(...chunks.map((_, i) => slices[`tensor${i}`]!)),
  );
  const flat = (x: tf.Tensor): tf.Tensor => {
    const [count, C, ...rest] = x.shape as [number, number, ...number[]];
    return tf.reshape(x, [count * C, ...rest]);
  };
  return Object.fromEntries(Object.entries(results).map(([name, x]) => [name, flat(x)]));
};

/**
 * `formula` of tensors [..., W_i], the last of them [..., V], computed `chunk` positions at a time (as
 * `positionsPerChunk` says when left out): its results by name, [...] or [..., W] each. A position must not depend on
 * another one; within the formula the leading axes may be any. `RangeError` when `chunk` is not a positive whole
 * number.
 */
export const allInChunks = (
  tensors: readonly tf.Tensor[],
  formula: (...tensors: tf.Tensor[]) => NamedTensors,
  chunk?: number,
): NamedTensors => {
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
  const joined = (name: string): tf.Tensor => {
    const all = last === undefined ? whole[name]! : tf.concat([whole[name]!, last[name]!]);
    return tf.reshape(all, [...leading, ...all.shape.slice(1)]);
  };
  return Object.fromEntries(Object.keys(whole).map((name) => [name, joined(name)]));
};

/** `allInChunks` of a closed form: the last tensor are the logits [..., V]; value [...] and gradient [..., V]. */
export const inChunks = (
  tensors: readonly tf.Tensor[],
  formula: (...tensors: tf.Tensor[]) => ClosedForm,
  chunk?: number,
): ClosedForm => {
  const { value, gradient } = allInChunks(tensors, (...some) => ({ ...formula(...some) }), chunk);
  return { value: value!, gradient: gradient! };
};
