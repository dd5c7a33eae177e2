/**
 * A program: a pure function from named tensors of static shape to named tensors. It reads no tensor's value, no clock
 * and no global.
 */
import type * as tf from "@tensorflow/tfjs";

/** Element types that every engine stores and moves. */
export type DataType = "float32" | "int32" | "bool";

/** Host data of a tensor: `Float32Array` for float32, `Int32Array` for int32, `Uint8Array` (0 or 1) for bool. */
export type TypedArray = Float32Array | Int32Array | Uint8Array;

/** The static shape and element type of one tensor. A scalar has the shape `[]`. */
export interface TensorSpec {
  readonly shape: readonly number[];
  readonly dtype: DataType;
}

/** Tensors by name: parameters, caches, and the inputs and outputs of programs. */
export type NamedTensors<K extends string = string> = Readonly<Record<K, tf.Tensor>>;

/**
 * A pure function from named tensors to named tensors, written with functional TensorFlow.js ops and the primitives of
 * this folder (`loop`, `writeSlot`). An engine decides how to run it: op by op, or recorded once and compiled.
 */
export interface Program<I extends string = string, O extends string = string> {
  /** Names the program in errors and profiles, for example `update` or `generate`. */
  readonly name: string;
  readonly inputs: Readonly<Record<I, TensorSpec>>;
  /** Must not read values (`dataSync`, `array`), must not keep tensors, and gives the same ops for the same shapes. */
  build(inputs: NamedTensors<I>): NamedTensors<O>;
}

/** Spec of a float32 tensor. */
export const float32 = (...shape: number[]): TensorSpec => ({ shape, dtype: "float32" });

/** Spec of an int32 tensor. */
export const int32 = (...shape: number[]): TensorSpec => ({ shape, dtype: "int32" });

/** Number of elements of a shape; 1 for a scalar. */
export const sizeOf = (shape: readonly number[]): number => shape.reduce((size, n) => size * n, 1);

/** Bytes of a tensor's elements. */
export const bytesOf = ({ shape, dtype }: TensorSpec): number => sizeOf(shape) * (dtype === "bool" ? 1 : 4);
