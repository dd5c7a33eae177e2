/** Reshape, transpose, slice, split, join, repeat, pad and reverse: elements move and do not change. */
import * as tf from "@tensorflow/tfjs";
import { at, indexed, joined, reshaped, transposed, type NdArray } from "../reference.ts";
import { operation, real, truth, whole, type Operand, type Operation } from "./operation.ts";

type Shape = readonly number[];

/** float32 with gradients, int32 and bool. */
const each = (name: string, shapes: readonly Shape[], build: Operation["build"], reference: Operation["reference"]): Operation[] =>
  ([real, (shape, seed) => whole(shape, -3, 3, seed), truth] as ((shape: Shape, seed: number) => Operand)[]).map((make) => {
    const operands = shapes.map((shape, seed) => make(shape, seed));
    const { dtype } = operands[0]!;
    return operation(name, operands, build, reference, { result: dtype, differentiable: dtype === "float32" });
  });

/** As `each`, for ops that TensorFlow.js's own wasm backend has for float32 and int32 only. */
const numbers = (...parameters: Parameters<typeof each>): Operation[] => each(...parameters).filter(({ result }) => result !== "bool");

const reshapes: readonly Operation[] = [
  ...each(
    "reshape to 3,2",
    [[2, 3]],
    (x) => tf.reshape(x, [3, 2]),
    (x) => reshaped(x, [3, 2]),
  ),
  ...each(
    "reshape to -1",
    [[2, 3, 2]],
    (x) => tf.reshape(x, [-1]),
    (x) => reshaped(x, [12]),
  ),
  ...each(
    "reshape to a scalar",
    [[1, 1]],
    (x) => tf.reshape(x, []),
    (x) => reshaped(x, []),
  ),
  ...each(
    "expandDims at -1",
    [[2, 3]],
    (x) => tf.expandDims(x, -1),
    (x) => reshaped(x, [2, 3, 1]),
  ),
  ...each(
    "expandDims at 1",
    [[2, 3]],
    (x) => tf.expandDims(x, 1),
    (x) => reshaped(x, [2, 1, 3]),
  ),
  ...each(
    "squeeze",
    [[2, 1, 3, 1]],
    (x) => tf.squeeze(x),
    (x) => reshaped(x, [2, 3]),
  ),
  ...each(
    "transpose",
    [[2, 3]],
    (x) => tf.transpose(x),
    (x) => transposed(x, [1, 0]),
  ),
  ...each(
    "transpose to 0,2,1,3",
    [[2, 3, 2, 2]],
    (x) => tf.transpose(x, [0, 2, 1, 3]),
    (x) => transposed(x, [0, 2, 1, 3]),
  ),
  ...each(
    "transpose to 4,2,0,1,3",
    [[2, 1, 3, 2, 2]],
    (x) => tf.transpose(x, [4, 2, 0, 1, 3]),
    (x) => transposed(x, [4, 2, 0, 1, 3]),
  ),
];

const cut = (x: NdArray, begin: Shape, size: Shape): NdArray =>
  indexed(size, (index) =>
    at(
      x,
      index.map((i, axis) => i + begin[axis]!),
    ),
  );

const cuts: readonly Operation[] = [
  ...each(
    "slice",
    [[5]],
    (x) => tf.slice(x, [1], [3]),
    (x) => cut(x, [1], [3]),
  ),
  ...each(
    "slice to the end",
    [[3, 4]],
    (x) => tf.slice(x, [1, 0], [-1, 2]),
    (x) => cut(x, [1, 0], [2, 2]),
  ),
  ...each(
    "slice",
    [[2, 3, 2, 3]],
    (x) => tf.slice(x, [0, 1, 0, 2], [2, 2, 1, 1]),
    (x) => cut(x, [0, 1, 0, 2], [2, 2, 1, 1]),
  ),
  ...[0, 1, 2].flatMap((part) =>
    each(
      `part ${part} of split`,
      [[2, 6]],
      (x) => tf.split(x, [1, 2, 3], -1)[part]!,
      (x) => cut(x, [0, [0, 1, 3][part]!], [2, part + 1]),
    ),
  ),
  ...each(
    "split in halves",
    [[2, 4, 3]],
    (x) => tf.split(x, 2, 1)[1]!,
    (x) => cut(x, [0, 2, 0], [2, 2, 3]),
  ),
  ...each(
    "unstack",
    [[3, 2]],
    (x) => tf.unstack(x)[1]!,
    (x) => reshaped(cut(x, [1, 0], [1, 2]), [2]),
  ),
  ...each(
    "unstack along -1",
    [[3, 2]],
    (x) => tf.unstack(x, -1)[1]!,
    (x) => reshaped(cut(x, [0, 1], [3, 1]), [3]),
  ),
];

const repeated = (x: NdArray, reps: Shape): NdArray =>
  indexed(
    x.shape.map((n, axis) => n * reps[axis]!),
    (index) => at(x, index.map((i, axis) => i % x.shape[axis]!)), // prettier-ignore
  );

const padded = (x: NdArray, paddings: readonly (readonly [number, number])[], value: number): NdArray =>
  indexed(
    x.shape.map((n, axis) => n + paddings[axis]![0] + paddings[axis]![1]),
    (index) => {
      const source = index.map((i, axis) => i - paddings[axis]![0]);
      return source.every((i, axis) => i >= 0 && i < x.shape[axis]!) ? at(x, source) : value;
    },
  );

const flipped = (x: NdArray, axes: Shape): NdArray =>
  indexed(x.shape, (index) => at(x, index.map((i, axis) => (axes.includes(axis) ? x.shape[axis]! - 1 - i : i)))); // prettier-ignore

const joins: readonly Operation[] = [
  ...each(
    "concat",
    [[2], [3]],
    (a, b) => tf.concat([a, b]),
    (a, b) => joined([a, b], 0),
  ),
  ...each("concat along -1", [[2, 1], [2, 3], [2, 2]], (...xs) => tf.concat(xs, -1), (...xs) => joined(xs, -1)), // prettier-ignore
  ...each("concat along 2", [[2, 1, 2, 2], [2, 1, 1, 2]], (...xs) => tf.concat(xs, 2), (...xs) => joined(xs, 2)), // prettier-ignore
  ...each("stack", [[2, 3], [2, 3]], (...xs) => tf.stack(xs), (...xs) => joined(xs.map((x) => reshaped(x, [1, 2, 3])), 0)), // prettier-ignore
  ...each("stack along -1", [[2, 3], [2, 3]], (...xs) => tf.stack(xs, -1), (...xs) => joined(xs.map((x) => reshaped(x, [2, 3, 1])), 2)), // prettier-ignore
  ...each("stack of scalars", [[], []], (...xs) => tf.stack(xs), (...xs) => joined(xs.map((x) => reshaped(x, [1])), 0)), // prettier-ignore
];

const repeats: readonly Operation[] = [
  ...numbers(
    "tile",
    [[2, 3]],
    (x) => tf.tile(x, [2, 1]),
    (x) => repeated(x, [2, 1]),
  ),
  ...numbers(
    "tile",
    [[2, 1, 3]],
    (x) => tf.tile(x, [1, 4, 2]),
    (x) => repeated(x, [1, 4, 2]),
  ),
  ...numbers(
    "tile of a column",
    [[2, 1]],
    (x) => tf.tile(x, [1, 3]),
    (x) => repeated(x, [1, 3]),
  ),
  ...numbers(
    "broadcastTo",
    [[2, 1]],
    (x) => tf.broadcastTo(x, [3, 2, 4]),
    (x) => indexed([3, 2, 4], (index) => at(x, index)),
  ),
  ...numbers(
    "pad",
    [[3]],
    (x) => tf.pad(x, [[1, 2]], 7),
    (x) => padded(x, [[1, 2]], 7),
  ),
  ...numbers("pad", [[2, 1, 2, 2]], (x) => tf.pad(x, [[0, 0], [1, 0], [0, 2], [1, 1]]), (x) => padded(x, [[0, 0], [1, 0], [0, 2], [1, 1]], 0)), // prettier-ignore
  ...numbers(
    "reverse",
    [[4]],
    (x) => tf.reverse(x),
    (x) => flipped(x, [0]),
  ),
  ...numbers(
    "reverse along -1",
    [[2, 3]],
    (x) => tf.reverse(x, -1),
    (x) => flipped(x, [1]),
  ),
  ...numbers(
    "reverse along 0 and 2",
    [[2, 3, 2]],
    (x) => tf.reverse(x, [0, 2]),
    (x) => flipped(x, [0, 2]),
  ),
];

/** All of them. */
export const shapeOperations: readonly Operation[] = [...reshapes, ...cuts, ...joins, ...repeats];
