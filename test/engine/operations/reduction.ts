/** Sums, extremes, softmax and cumulative sums. */
import * as tf from "@tensorflow/tfjs";
import { alongAxis, reduced } from "../reference.ts";
import { operation, real, smooth, truth, whole, type Operand, type Operation } from "./operation.ts";

type Reduce = (x: tf.Tensor, axis?: number | number[], keepDims?: boolean) => tf.Tensor;
type Values = readonly number[];

const forms: readonly [shape: Values, axes: number[] | undefined, keepDims: boolean][] = [
  [[], undefined, false],
  [[4], undefined, false],
  [[2, 3], undefined, true],
  [[2, 3], [-1], false],
  [[2, 3], [0], true],
  [[2, 3, 4], [0, -1], false],
  [[2, 1, 3, 2, 2], [1, -2], true],
];

const sum = (values: Values): number => values.reduce((total, value) => total + value, 0);
const mean = (values: Values): number => sum(values) / values.length;
const highest = (values: Values): number => Math.max(...values);
const lowest = (values: Values): number => Math.min(...values);

const reduction = (
  name: string,
  build: Reduce,
  reference: (values: Values) => number,
  make: (shape: Values) => Operand = real,
  options: Parameters<typeof operation>[4] = smooth,
): Operation[] =>
  forms.map(([shape, axes, keepDims]) =>
    operation(
      `${name} over ${axes?.join() ?? "all"}${keepDims ? ", kept" : ""}`,
      [make(shape)],
      (x) => build(x, axes, keepDims),
      (x) => reduced(reference, x, axes, keepDims),
      options,
    ),
  );

const logSumExp = (values: Values): number => Math.log(sum(values.map(Math.exp)));

const reductions: readonly Operation[] = [
  ...reduction("sum", tf.sum, sum),
  ...reduction("mean", tf.mean, mean),
  ...reduction("max", tf.max, highest),
  ...reduction("min", tf.min, lowest),
  ...reduction("logSumExp", tf.logSumExp, logSumExp),
  ...reduction("sum", tf.sum, sum, (shape) => whole(shape), { result: "int32" }),
  ...reduction("sum", tf.sum, sum, (shape) => truth(shape), { result: "int32" }),
  ...reduction("mean", tf.mean, mean, (shape) => whole(shape), { result: "float32" }),
  ...reduction("max", tf.max, highest, (shape) => whole(shape), { result: "int32" }),
  ...reduction("min", tf.min, lowest, (shape) => whole(shape), { result: "int32" }),
  ...reduction("all", tf.all, lowest, (shape) => truth(shape), { result: "bool" }),
  ...reduction("any", tf.any, highest, (shape) => truth(shape), { result: "bool" }),
];

const lines: readonly [shape: Values, axis: number][] = [
  [[4], 0],
  [[2, 3], -1],
  [[2, 3], 0],
  [[2, 3, 4], 1],
  [[2, 1, 2, 2, 3], 4],
];

const softmax = (line: Values): number[] => {
  const exps = line.map((x) => Math.exp(x - highest(line)));
  return exps.map((x) => x / sum(exps));
};

const cumulative =
  (exclusive: boolean, reverse: boolean) =>
  (line: Values): number[] => {
    const ordered = reverse ? line.toReversed() : line;
    const sums = ordered.map((_, i) => sum(ordered.slice(0, exclusive ? i : i + 1)));
    return reverse ? sums.toReversed() : sums;
  };

const flags = [
  [false, false],
  [true, false],
  [false, true],
  [true, true],
] as const;

// TensorFlow.js gives a cumulative sum along a negative axis a wrong shape, on every backend.
const scans: readonly Operation[] = lines.flatMap(([shape, axis]) => [
  ...(axis < 0 ? [] : flags).flatMap(([exclusive, reverse]) => {
    const name = `cumsum along ${axis}${exclusive ? ", exclusive" : ""}${reverse ? ", reverse" : ""}`;
    const line = cumulative(exclusive, reverse);
    return [
      operation(
        name,
        [real(shape)],
        (x) => tf.cumsum(x, axis, exclusive, reverse),
        (x) => alongAxis(line, x, axis),
        smooth,
      ),
      operation(
        name,
        [whole(shape)],
        (x) => tf.cumsum(x, axis, exclusive, reverse),
        (x) => alongAxis(line, x, axis),
        { result: "int32" },
      ),
    ];
  }),
  ...([real, whole] as const).flatMap((make) => [
    operation(
      `argMax along ${axis}`,
      [make(shape)],
      (x) => tf.argMax(x, axis),
      (x) => reduced((line) => line.indexOf(highest(line)), x, [axis]),
      { result: "int32" },
    ),
    operation(
      `argMin along ${axis}`,
      [make(shape)],
      (x) => tf.argMin(x, axis),
      (x) => reduced((line) => line.indexOf(lowest(line)), x, [axis]),
      { result: "int32" },
    ),
  ]),
]);

const distributions: readonly Operation[] = lines
  .filter(([shape, axis]) => axis === -1 || axis === shape.length - 1)
  .flatMap(([shape, axis]) => [
    operation(
      "softmax",
      [real(shape)],
      (x) => tf.softmax(x, axis),
      (x) => alongAxis(softmax, x, axis),
      smooth,
    ),
    operation(
      "logSoftmax",
      [real(shape)],
      (x) => tf.logSoftmax(x, axis),
      (x) => alongAxis((line) => softmax(line).map(Math.log), x, axis),
      smooth,
    ),
  ]);

/** All of them. */
export const reductionOperations: readonly Operation[] = [...reductions, ...scans, ...distributions];
