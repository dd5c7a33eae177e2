/** Broadcasts, fills and special numbers meeting in one expression: where an engine that simplifies them may go wrong. */
import * as tf from "@tensorflow/tfjs";
import { elementwise, indexed, at, reduced } from "../reference.ts";
import { exactly, operation, real, smooth, truth, whole, type Operation } from "./operation.ts";

const add = elementwise((a, b) => a + b);
const mul = elementwise((a, b) => a * b);
const spread = (x: tf.Tensor, shape: number[]): tf.Tensor => tf.broadcastTo(x, shape);

const broadcasts: readonly Operation[] = [
  operation(
    "sum of two broadcasts",
    [real([3], 1), real([3], 2)],
    (a, b) => tf.add(spread(a, [2, 3]), spread(b, [2, 3])),
    (a, b) => indexed([2, 3], (i) => at(a, i) + at(b, i)),
    smooth,
  ),
  operation(
    "sum of a row and a column, both broadcast",
    [real([1, 3], 1), real([2, 1], 2)],
    (a, b) => tf.add(spread(a, [2, 3]), spread(b, [2, 3])),
    add,
    smooth,
  ),
  operation("sum of a broadcast and itself", [real([3])], (a) => { const wide = spread(a, [2, 3]); return tf.add(wide, wide); }, (a) => indexed([2, 3], (i) => 2 * at(a, i)), smooth), // prettier-ignore
  operation(
    "product of broadcast scalars",
    [real([], 1), real([], 2)],
    (a, b) => tf.mul(spread(a, [2, 2]), spread(b, [2])),
    (a, b) => indexed([2, 2], () => a.data[0]! * b.data[0]!),
    smooth,
  ),
  operation(
    "a broadcast of a broadcast",
    [real([2, 1], 1), real([2, 3], 2)],
    (a, b) => tf.mul(spread(spread(a, [2, 3]), [4, 2, 3]), b),
    (a, b) => indexed([4, 2, 3], (i) => at(a, i) * at(b, i)),
    smooth,
  ),
  operation(
    "a broadcast that is reshaped",
    [real([3], 1), real([6], 2)],
    (a, b) => tf.add(tf.reshape(spread(a, [2, 3]), [6]), b),
    (a, b) => indexed([6], ([i]) => a.data[i! % 3]! + b.data[i!]!),
    smooth,
  ),
  operation(
    "a broadcast that is transposed",
    [real([3], 1), real([3, 2], 2)],
    (a, b) => tf.add(tf.transpose(spread(a, [2, 3])), b),
    (a, b) => indexed([3, 2], (i) => a.data[i[0]!]! + at(b, i)),
    smooth,
  ),
  operation(
    "where of broadcasts only",
    [truth([2, 1]), real([3], 1), real([], 2)],
    (c, a, b) => tf.where(spread(c, [2, 3]), spread(a, [2, 3]), spread(b, [2, 3])),
    elementwise((c, a, b) => (c === 1 ? a : b)),
    smooth,
  ),
  operation(
    "the reduction of a broadcast",
    [real([2, 1])],
    (a) => tf.sum(spread(a, [2, 4]), 1),
    (a) => ({ shape: [2], data: a.data.map((x) => 4 * x) }),
    smooth,
  ),
  operation(
    "the product of a broadcast",
    [real([1, 3], 1), real([3, 2], 2)],
    (a, b) => tf.matMul(spread(a, [2, 3]), b),
    (a, b) => indexed([2, 2], ([, j]) => [0, 1, 2].reduce((sum, k) => sum + a.data[k]! * at(b, [k, j!]), 0)),
    smooth,
  ),
];

const fills: readonly Operation[] = [
  operation(
    "times ones of a larger shape",
    [real([3])],
    (a) => tf.mul(a, tf.ones([2, 3])),
    (a) => indexed([2, 3], (i) => at(a, i)),
    smooth,
  ),
  operation(
    "ones of a larger shape times",
    [real([2, 1])],
    (a) => tf.mul(tf.ones([2, 3]), a),
    (a) => indexed([2, 3], (i) => at(a, i)),
    smooth,
  ),
  operation(
    "times ones of a smaller shape",
    [real([2, 3])],
    (a) => tf.mul(a, tf.ones([1, 1])),
    (a) => a,
    smooth,
  ),
  operation(
    "ones times ones",
    [],
    () => tf.mul(tf.ones([2, 1]), tf.ones([3])),
    () => ({ shape: [2, 3], data: [1, 1, 1, 1, 1, 1] }),
  ),
  operation(
    "times int32 ones",
    [whole([3])],
    (a) => tf.mul(a, tf.ones([2, 3], "int32")),
    (a) => indexed([2, 3], (i) => at(a, i)),
    { result: "int32" },
  ),
  operation(
    "plus a fill",
    [real([3])],
    (a) => tf.add(a, tf.fill([2, 3], 0.5)),
    (a) => indexed([2, 3], (i) => at(a, i) + 0.5),
    smooth,
  ),
  operation(
    "a fill that is reshaped",
    [real([6])],
    (a) => tf.add(a, tf.reshape(tf.fill([2, 3], 2), [6])),
    (a) => indexed([6], ([i]) => a.data[i!]! + 2),
    smooth,
  ),
  operation(
    "and a bool fill",
    [truth([3])],
    (a) => tf.logicalAnd(a, tf.fill([2, 3], 1, "bool")),
    (a) => indexed([2, 3], (i) => at(a, i)),
    { result: "bool" },
  ),
  operation(
    "a cast fill",
    [real([3])],
    (a) => tf.mul(a, tf.cast(tf.fill([2, 3], 1, "bool"), "float32")),
    (a) => indexed([2, 3], (i) => at(a, i)),
    smooth,
  ),
  operation("times a broadcast parameter", [real([2, 3], 1), real([3], 2)], (a, b) => tf.mul(tf.mul(a, tf.onesLike(a)), b), mul, smooth),
  operation(
    "a mean whose gradient broadcasts",
    [real([2, 3])],
    (a) => tf.square(tf.sub(a, tf.mean(a, 1, true))),
    (a) =>
      elementwise((x, m) => (x - m) ** 2)(
        a,
        reduced((v) => v.reduce((s, x) => s + x, 0) / v.length, a, [1], true),
      ),
    smooth,
  ),
];

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;

const specials: readonly Operation[] = [
  operation(
    "one over minus zero",
    [],
    () => tf.div(tf.scalar(1), tf.tensor([-0, -0])),
    () => ({ shape: [2], data: [-infinity, -infinity] }),
  ),
  operation(
    "plus NaN",
    [real([2])],
    (a) => tf.add(a, tf.tensor([nan, nan])),
    () => ({ shape: [2], data: [nan, nan] }),
  ),
  operation(
    "NaN handed through",
    [exactly([3], [nan, infinity, -infinity])],
    (a) => tf.reshape(a, [3, 1]),
    (a) => ({ shape: [3, 1], data: a.data }),
  ),
  operation(
    "minus infinity in softmax",
    [exactly([3], [0, -infinity, 0])],
    (a) => tf.softmax(a),
    () => ({ shape: [3], data: [0.5, 0, 0.5] }),
  ),
  operation(
    "where beside NaN",
    [truth([4]), real([4], 1)],
    (c, a) => tf.where(c, a, tf.scalar(nan)),
    elementwise((c, a) => (c === 1 ? a : nan)),
  ),
  operation(
    "large logits",
    [exactly([2, 2], [1000, 0, -1000, 0])],
    (a) => tf.logSoftmax(a),
    () => ({ shape: [2, 2], data: [0, -1000, -1000, 0] }),
  ),
  operation(
    "the largest int32",
    [exactly([2], [2_147_483_647, -2_147_483_648], "int32")],
    (a) => tf.maximum(a, tf.scalar(5, "int32")),
    () => ({ shape: [2], data: [2_147_483_647, 5] }),
    { result: "int32" },
  ),
];

/** All of them. */
export const broadcastOperations: readonly Operation[] = [...broadcasts, ...fills, ...specials];
