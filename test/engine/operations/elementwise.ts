/** Arithmetic, comparison, logic and functions of one variable. */
import * as tf from "@tensorflow/tfjs";
import type { DataType } from "../../../src/engine/program.ts";
import { elementwise } from "../reference.ts";
import { exactly, operation, positive, real, smooth, truth, whole, type Operand, type Operation } from "./operation.ts";

type Binary = (a: tf.Tensor, b: tf.Tensor) => tf.Tensor;

const shapePairs: readonly (readonly [readonly number[], readonly number[]])[] = [
  [[3], [3]],
  [[], []],
  [[2, 3], []],
  [[], [4]],
  [[2, 3], [3]],
  [
    [2, 1, 3],
    [4, 1],
  ],
  [
    [2, 1, 2, 1, 3],
    [1, 2, 1, 2, 1],
  ],
];

const pairs = (make: (shape: readonly number[], seed: number) => Operand, count = shapePairs.length): (readonly [Operand, Operand])[] =>
  shapePairs.slice(-count).map(([a, b]) => [make(a, 1), make(b, 2)]);

const binary = (name: string, build: Binary, reference: (a: number, b: number) => number, make = real): Operation[] =>
  pairs(make).map((operands) => operation(name, operands, build, elementwise(reference), smooth));

const binaryOf = (
  name: string,
  make: (shape: readonly number[], seed: number) => Operand,
  build: Binary,
  reference: (a: number, b: number) => number,
  result: DataType,
): Operation[] => pairs(make, 3).map((operands) => operation(name, operands, build, elementwise(reference), { result }));

const integers = (shape: readonly number[], seed: number): Operand => whole(shape, -3, 3, seed);
/** Dividends and divisors of both signs, none zero. */
const divisors = (shape: readonly number[], seed: number): Operand => {
  const x = whole(shape, -9, 9, seed);
  return { ...x, data: x.data.map((value) => (value === 0 ? -4 : value)) };
};

const arithmetic: readonly Operation[] = [
  ...binary("add", tf.add, (a, b) => a + b),
  ...binary("sub", tf.sub, (a, b) => a - b),
  ...binary("mul", tf.mul, (a, b) => a * b),
  ...binary("div", tf.div, (a, b) => a / b),
  ...binary("maximum", tf.maximum, Math.max),
  ...binary("minimum", tf.minimum, Math.min),
  ...binary("pow", tf.pow, (a, b) => a ** b, positive),
  ...binary("squaredDifference", tf.squaredDifference, (a, b) => (a - b) ** 2),
  ...binaryOf("add", integers, tf.add, (a, b) => a + b, "int32"),
  ...binaryOf("sub", integers, tf.sub, (a, b) => a - b, "int32"),
  ...binaryOf("mul", integers, tf.mul, (a, b) => a * b, "int32"),
  ...binaryOf("div", divisors, tf.div, (a, b) => Math.floor(a / b), "int32"),
  ...binaryOf("maximum", integers, tf.maximum, Math.max, "int32"),
  ...binaryOf("minimum", integers, tf.minimum, Math.min, "int32"),
  operation(
    "addN",
    [real([2, 3], 1), real([2, 3], 2), real([2, 3], 3)],
    (a, b, c) => tf.addN([a, b, c]),
    elementwise((a, b, c) => a + b + c),
    smooth,
  ),
];

const comparisons: readonly [string, Binary, (a: number, b: number) => boolean][] = [
  ["greater", tf.greater, (a, b) => a > b],
  ["greaterEqual", tf.greaterEqual, (a, b) => a >= b],
  ["less", tf.less, (a, b) => a < b],
  ["lessEqual", tf.lessEqual, (a, b) => a <= b],
  ["equal", tf.equal, (a, b) => a === b],
  ["notEqual", tf.notEqual, (a, b) => a !== b],
];

const logic: readonly Operation[] = [
  ...comparisons.flatMap(([name, build, reference]) =>
    [real, integers].flatMap((make) => binaryOf(name, make, build, (a, b) => Number(reference(a, b)), "bool")),
  ),
  ...binaryOf("logicalAnd", truth, tf.logicalAnd, (a, b) => a & b, "bool"),
  ...binaryOf("logicalOr", truth, tf.logicalOr, (a, b) => a | b, "bool"),
  operation(
    "logicalNot",
    [truth([2, 3])],
    (x) => tf.logicalNot(x),
    elementwise((x) => 1 - x),
    { result: "bool" },
  ),
];

const select = elementwise((condition, yes, no) => (condition === 1 ? yes : no));
const choices: readonly (readonly Operand[])[] = [
  [truth([2, 3]), real([2, 3], 1), real([2, 3], 2)],
  [truth([3]), real([2, 3], 1), real([2, 3], 2)],
  [truth([2, 1]), real([2, 3], 1), real([], 2)],
  [truth([2, 1, 1]), real([], 1), real([3, 1], 2)],
  [truth([]), real([2, 3], 1), real([1, 3], 2)],
  [truth([2, 3]), real([], 1), real([], 2)],
];
const where: readonly Operation[] = [
  ...choices.map((operands) => operation("where", operands, (c, a, b) => tf.where(c, a, b), select, smooth)),
  operation("where", [truth([2, 3]), integers([3], 1), integers([], 2)], (c, a, b) => tf.where(c, a, b), select, { result: "int32" }),
  operation("where", [truth([2, 3]), truth([3], 1), truth([2, 1], 2)], (c, a, b) => tf.where(c, a, b), select, { result: "bool" }),
];

type Unary = (x: tf.Tensor) => tf.Tensor;

const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** The power series of the error function, exact where the operands are. */
const erf = (x: number): number => {
  let [term, sum] = [x, x];
  for (let n = 1; n < 200; n += 1) {
    term *= -(x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
};

const functions: readonly [string, Unary, (x: number) => number, (shape: readonly number[], seed: number) => Operand][] = [
  ["exp", tf.exp, Math.exp, real],
  ["log", tf.log, Math.log, positive],
  ["sqrt", tf.sqrt, Math.sqrt, positive],
  ["rsqrt", tf.rsqrt, (x) => 1 / Math.sqrt(x), positive],
  ["reciprocal", tf.reciprocal, (x) => 1 / x, real],
  ["neg", tf.neg, (x) => -x, real],
  ["square", tf.square, (x) => x * x, real],
  ["abs", tf.abs, Math.abs, real],
  ["sign", tf.sign, Math.sign, real],
  ["relu", tf.relu, (x) => Math.max(x, 0), real],
  ["sigmoid", tf.sigmoid, sigmoid, real],
  ["tanh", tf.tanh, Math.tanh, real],
  ["erf", tf.erf, erf, real],
  ["softplus", tf.softplus, softplus, real],
  ["floor", tf.floor, Math.floor, real],
  ["ceil", tf.ceil, Math.ceil, real],
  ["step", (x) => tf.step(x), (x) => Number(x > 0), real],
  ["clipByValue", (x) => tf.clipByValue(x, -1, 1.5), (x) => Math.min(Math.max(x, -1), 1.5), real],
  ["clone", (x) => tf.clone(x), (x) => x, real],
];

const unary: readonly Operation[] = [
  ...functions.flatMap(([name, build, reference, make]) =>
    [[], [5], [2, 1, 2, 3, 2]].map((shape) =>
      operation(
        name,
        [make(shape, 3)],
        (x) => build(x),
        elementwise((x) => reference(x)),
        smooth,
      ),
    ),
  ),
  ...functions
    .filter(([name]) => ["neg", "square", "abs", "sign", "relu"].includes(name))
    .map(([name, build, reference]) =>
      operation(
        name,
        [integers([2, 3], 1)],
        (x) => build(x),
        elementwise((x) => reference(x)),
        { result: "int32" },
      ),
    ),
  operation(
    "isNaN",
    [exactly([4], [Number.NaN, 0, 1, -1])],
    (x) => tf.isNaN(x),
    elementwise((x) => Number(Number.isNaN(x))),
    { result: "bool" },
  ),
];

const casts: readonly Operation[] = [real([2, 3]), whole([2, 3]), truth([2, 3])].flatMap((x) =>
  (["float32", "int32", "bool"] as const).map((dtype) =>
    operation(
      `cast to ${dtype}`,
      [x],
      (tensor) => tf.cast(tensor, dtype),
      elementwise((value) => (dtype === "bool" ? Number(value !== 0) : dtype === "int32" ? Math.trunc(value) : value)),
      { result: dtype, differentiable: x.dtype === "float32" && dtype === "float32" },
    ),
  ),
);

/** All of them. */
export const elementwiseOperations: readonly Operation[] = [...arithmetic, ...logic, ...where, ...unary, ...casts];
