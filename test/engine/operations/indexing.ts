/** Picking, sorting, writing and adding by index, matrix products, and constants that a program makes. */
import * as tf from "@tensorflow/tfjs";
import { alongAxis, at, indexed, product, type NdArray } from "../reference.ts";
import { exactly, operation, real, smooth, truth, whole, type Operand, type Operation } from "./operation.ts";

const gathered = (x: NdArray, indices: NdArray, axis: number): NdArray => {
  const rank = indices.shape.length;
  return indexed([...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)], (index) => {
    const picked = at(indices, index.slice(axis, axis + rank));
    return at(x, [...index.slice(0, axis), picked, ...index.slice(axis + rank)]);
  });
};

const sample = (dtype: "float32" | "int32", shape: readonly number[], seed = 0): Operand =>
  dtype === "float32" ? real(shape, seed) : whole(shape, -3, 3, seed);

/** Along the last axis: what `of` makes of the indices of the `k` largest values, the lower index first where values are equal. */
const largest = (x: NdArray, k: number, of: (index: number, line: readonly number[]) => number): NdArray => {
  const lines = alongAxis(
    (line) => [...line.keys()].toSorted((a, b) => line[b]! - line[a]! || a - b).map((index) => of(index, line)),
    x,
    -1,
  );
  return indexed([...x.shape.slice(0, -1), k], (index) => at(lines, index));
};

const someIndices = exactly([2, 2], [3, 0, 0, 2], "int32");

const picks: readonly Operation[] = [
  operation(
    "gather",
    [real([4, 3]), exactly([3], [2, 0, 2], "int32")],
    (x, i) => tf.gather(x, i),
    (x, i) => gathered(x, i, 0),
    smooth,
  ),
  operation(
    "gather by a matrix",
    [real([4]), someIndices],
    (x, i) => tf.gather(x, i),
    (x, i) => gathered(x, i, 0),
  ),
  operation(
    "gather along -1",
    [real([2, 4]), exactly([3], [3, 1, 1], "int32")],
    (x, i) => tf.gather(x, i, -1),
    (x, i) => gathered(x, i, 1),
    smooth,
  ),
  operation(
    "gather",
    [whole([4, 2]), exactly([3], [2, 0, 2], "int32")],
    (x, i) => tf.gather(x, i),
    (x, i) => gathered(x, i, 0),
    { result: "int32" },
  ),
  operation(
    "unsortedSegmentSum",
    [real([5, 2]), exactly([5], [2, 0, 2, 2, 0], "int32")],
    (x, i) => tf.unsortedSegmentSum(x, i as tf.Tensor1D, 4),
    (x, i) =>
      indexed([4, 2], ([row, column]) =>
        x.data.reduce((sum, value, k) => (i.data[Math.floor(k / 2)] === row && k % 2 === column ? sum + value : sum), 0),
      ),
  ),
  ...(["float32", "int32"] as const).flatMap((dtype) => [
    operation(
      "tensorScatterUpdate, beside its operand",
      [sample(dtype, [6]), exactly([3, 1], [4, 0, 3], "int32"), sample(dtype, [3], 1)],
      (x, i, updates) => tf.stack([tf.tensorScatterUpdate(x, i, updates), x]),
      (x, i, updates) =>
        indexed([2, 6], ([row, column]) =>
          row === 0 && i.data.includes(column!) ? updates.data[i.data.indexOf(column!)]! : x.data[column!]!,
        ),
      { result: dtype },
    ),
    ...[1, 3, 5].flatMap((k) => [
      operation(
        `topk ${k}`,
        [sample(dtype, [2, 2, 5])],
        (x) => tf.topk(x, k).values,
        (x) => largest(x, k, (index, line) => line[index]!),
        { result: dtype },
      ),
      operation(
        `indices of topk ${k}`,
        [sample(dtype, [2, 2, 5])],
        (x) => tf.topk(x, k).indices,
        (x) => largest(x, k, (index) => index),
        { result: "int32" },
      ),
    ]),
    operation(
      `oneHot as ${dtype}`,
      [someIndices],
      (i) => tf.oneHot(i, 4, 1, 0, dtype),
      (i) => indexed([2, 2, 4], ([a, b, k]) => Number(at(i, [a!, b!]) === k)),
      { result: dtype },
    ),
    operation(
      `oneHot of 5 and -2 as ${dtype}`,
      [exactly([3], [1, 7, 0], "int32")],
      (i) => tf.oneHot(i, 3, 5, -2, dtype),
      (i) => indexed([3, 3], ([a, k]) => (i.data[a!] === k ? 5 : -2)),
      { result: dtype },
    ),
  ]),
];

const shapes: readonly [a: readonly number[], b: readonly number[]][] = [
  [[2, 3], [3, 4]], // prettier-ignore
  [[1, 5], [5, 1]], // prettier-ignore
  [[2, 2, 3], [2, 3, 4]], // prettier-ignore
  [[2, 1, 2, 3], [2, 2, 3, 2]], // prettier-ignore
  [[3, 2, 3], [1, 3, 2]], // prettier-ignore
];

const flip = (shape: readonly number[]): number[] => [...shape.slice(0, -2), shape.at(-1)!, shape.at(-2)!];

const products: readonly Operation[] = shapes.flatMap(([a, b]) =>
  [false, true].flatMap((transposeA) =>
    [false, true].map((transposeB) =>
      operation(
        `matMul${transposeA ? " a'" : ""}${transposeB ? " b'" : ""}`,
        [real(transposeA ? flip(a) : a, 1), real(transposeB ? flip(b) : b, 2)],
        (x, y) => tf.matMul(x, y, transposeA, transposeB),
        (x, y) => product(x, y, transposeA, transposeB),
        smooth,
      ),
    ),
  ),
);

const filled = (x: NdArray, value: number): NdArray => ({ shape: x.shape, data: x.data.map(() => value) });

const constants: readonly Operation[] = [
  operation(
    "zerosLike",
    [real([2, 3])],
    (x) => tf.zerosLike(x),
    (x) => filled(x, 0),
  ),
  operation(
    "onesLike",
    [whole([2, 3])],
    (x) => tf.onesLike(x),
    (x) => filled(x, 1),
    { result: "int32" },
  ),
  operation(
    "zerosLike",
    [truth([3])],
    (x) => tf.zerosLike(x),
    (x) => filled(x, 0),
    { result: "bool" },
  ),
  operation(
    "fill",
    [],
    () => tf.fill([2, 2], 2.5),
    () => ({ shape: [2, 2], data: [2.5, 2.5, 2.5, 2.5] }),
  ),
  operation(
    "fill",
    [],
    () => tf.fill([2], 3, "int32"),
    () => ({ shape: [2], data: [3, 3] }),
    { result: "int32" },
  ),
  operation(
    "range",
    [],
    () => tf.range(0, 5, 1, "int32"),
    () => ({ shape: [5], data: [0, 1, 2, 3, 4] }),
    { result: "int32" },
  ),
  operation(
    "range down",
    [],
    () => tf.range(5, 0, -2, "int32"),
    () => ({ shape: [3], data: [5, 3, 1] }),
    { result: "int32" },
  ),
  operation(
    "range",
    [],
    () => tf.range(0, 2, 0.5),
    () => ({ shape: [4], data: [0, 0.5, 1, 1.5] }),
  ),
  operation(
    "tensor",
    [],
    () => tf.tensor([1, -2, 3.5]),
    () => ({ shape: [3], data: [1, -2, 3.5] }),
  ),
  operation(
    "tensor",
    [],
    () => tf.tensor([true, false, true], [3], "bool"),
    () => ({ shape: [3], data: [1, 0, 1] }),
    { result: "bool" },
  ),
];

/** All of them. */
export const indexingOperations: readonly Operation[] = [...picks, ...products, ...constants];
