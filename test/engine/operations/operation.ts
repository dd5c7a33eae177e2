/** One op as the laws of the engines check it: operands, the program's form of it, and its meaning in float64. */
import type * as tf from "@tensorflow/tfjs";
import type { DataType } from "../../../src/engine/program.ts";
import type { NdArray } from "../reference.ts";

/** An input of an operation. */
export interface Operand extends NdArray {
  readonly dtype: DataType;
}

/** One op at operands of given shapes. */
export interface Operation {
  readonly name: string;
  readonly operands: readonly Operand[];
  /** The result has the element type `result`. */
  readonly build: (...tensors: tf.Tensor[]) => tf.Tensor;
  readonly result: DataType;
  readonly reference: (...arrays: NdArray[]) => NdArray;
  /** Gradients with respect to every float32 operand are compared with finite differences of the reference. */
  readonly differentiable: boolean;
}

const golden = 0.618_033_988_749_894_9;

/** Numbers of [0, 1) that do not repeat, different for every seed. */
const spread = (shape: readonly number[], seed: number): number[] =>
  Array.from({ length: shape.reduce((size, n) => size * n, 1) }, (_, i) => ((i + 1 + 7.31 * seed) * golden) % 1);

/** Values of both signs with magnitudes from 0.2 to 2.2, so that kinks at zero stay away. */
export const real = (shape: readonly number[], seed = 0): Operand => ({
  shape,
  dtype: "float32",
  data: spread(shape, seed).map((u) => Math.fround(u < 0.5 ? -0.2 - 4 * u : 0.2 + 4 * (u - 0.5))),
});

/** Values from 0.2 to 2.2. */
export const positive = (shape: readonly number[], seed = 0): Operand => ({
  shape,
  dtype: "float32",
  data: spread(shape, seed).map((u) => Math.fround(0.2 + 2 * u)),
});

/** Whole numbers from `lowest` to `highest`. */
export const whole = (shape: readonly number[], lowest = -3, highest = 3, seed = 0): Operand => ({
  shape,
  dtype: "int32",
  data: spread(shape, seed).map((u) => lowest + Math.floor(u * (highest - lowest + 1))),
});

/** True and false. */
export const truth = (shape: readonly number[], seed = 0): Operand => ({
  shape,
  dtype: "bool",
  data: spread(shape, seed).map((u) => (u < 0.5 ? 0 : 1)),
});

/** float32 with these values, for cases in which they matter. */
export const exactly = (shape: readonly number[], data: readonly number[], dtype: DataType = "float32"): Operand => ({
  shape,
  dtype,
  data,
});

const shapeName = ({ dtype, shape }: Operand): string => `${dtype}[${shape.join()}]`;

/** An operation named after its operands. */
export const operation = (
  name: string,
  operands: readonly Operand[],
  build: Operation["build"],
  reference: Operation["reference"],
  { result = "float32", differentiable = false }: Partial<Pick<Operation, "result" | "differentiable">> = {},
): Operation => ({ name: `${name} of ${operands.map(shapeName).join(", ")}`, operands, build, reference, result, differentiable });

/** The option of an operation whose gradients are checked as well. */
export const smooth = { differentiable: true } as const;
