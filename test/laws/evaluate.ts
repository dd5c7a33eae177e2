/** Runs programs on host data, on every engine that needs nothing but `npm ci`; and compares gradients with finite differences. */
import * as tf from "@tensorflow/tfjs";
import { expect } from "vitest";
import { eagerEngine } from "../../src/engine/eager/engine.ts";
import { evaluateOn, type Evaluate } from "../../src/engine/evaluate.ts";
import { onnxEngine } from "../../src/engine/onnx/engine.ts";
import { sizeOf, type NamedTensors, type Program, type TensorSpec, type TypedArray } from "../../src/engine/program.ts";
import { normal, stream } from "../../src/random/stream.ts";

export type { Evaluate } from "../../src/engine/evaluate.ts";

/** The engines that programs of policies are tested on. */
export const engines: readonly { readonly name: string; readonly evaluate: Evaluate }[] = [
  { name: "cpu", evaluate: evaluateOn(await eagerEngine("cpu")) },
  { name: "onnx", evaluate: evaluateOn(onnxEngine()) },
];

/** Host data with its spec. */
export interface Value extends TensorSpec {
  readonly data: TypedArray;
}

/** A float32 value. */
export const floats = (shape: readonly number[], data: ArrayLike<number>): Value => ({
  shape,
  dtype: "float32",
  data: Float32Array.from(data),
});

/** An int32 value. */
export const ints = (shape: readonly number[], data: ArrayLike<number>): Value => ({ shape, dtype: "int32", data: Int32Array.from(data) });

/** Normal numbers that depend only on `name`. */
export const noise = (name: string, shape: readonly number[], scale = 1): Value => {
  const uniforms = stream(1, "test", name);
  return floats(
    shape,
    Float32Array.from({ length: sizeOf(shape) }, () => scale * normal(uniforms)),
  );
};

const programOf = <O extends string>(
  values: Readonly<Record<string, Value>>,
  build: (inputs: NamedTensors) => NamedTensors<O>,
): Program<string, O> => ({
  name: "test",
  inputs: Object.fromEntries(Object.entries(values).map(([name, { shape, dtype }]) => [name, { shape, dtype }])),
  build,
});

const dataOf = (values: Readonly<Record<string, Value>>): Record<string, TypedArray> =>
  Object.fromEntries(Object.entries(values).map(([name, { data }]) => [name, data]));

/** Runs `build` on values and gives its outputs. */
export const compute = <O extends string>(
  evaluate: Evaluate,
  values: Readonly<Record<string, Value>>,
  build: (inputs: NamedTensors) => NamedTensors<O>,
): Promise<Record<O, TypedArray>> => evaluate(programOf(values, build), dataOf(values));

/** Gradients of sum(build(values) * weights) in the values named `of`. */
export const gradients = (
  evaluate: Evaluate,
  values: Readonly<Record<string, Value>>,
  of: readonly string[],
  weights: Value,
  build: (inputs: NamedTensors) => tf.Tensor,
): Promise<Record<string, TypedArray>> =>
  compute(evaluate, values, (inputs) => {
    const loss = (...changed: tf.Tensor[]): tf.Scalar => {
      const output = build({ ...inputs, ...Object.fromEntries(of.map((name, i) => [name, changed[i]!])) });
      return tf.sum(tf.mul(output, tf.tensor(weights.data, [...weights.shape])));
    };
    const found = tf.grads(loss)(of.map((name) => inputs[name]!));
    return Object.fromEntries(of.map((name, i) => [name, found[i]!]));
  });

const dot = (a: TypedArray, b: TypedArray): number => Array.from(a).reduce((sum, x, i) => sum + x * b[i]!, 0);

/**
 * Expects each gradient to agree, along a random direction, with the central difference of the outputs. The weighted sum is made in double
 * precision, so that only the outputs are rounded.
 */
export const expectGradients = async (
  evaluate: Evaluate,
  values: Readonly<Record<string, Value>>,
  of: readonly string[],
  weights: Value,
  build: (inputs: NamedTensors) => tf.Tensor,
): Promise<void> => {
  const found = await gradients(evaluate, values, of, weights, build);
  const step = 2 ** -9;
  for (const name of of) {
    const value = values[name]!;
    const direction = noise(`direction of ${name}`, value.shape).data;
    const lossAt = async (distance: number): Promise<number> => {
      const moved = floats(
        value.shape,
        value.data.map((x: number, i: number) => x + distance * direction[i]!),
      );
      const { output } = await compute(evaluate, { ...values, [name]: moved }, (inputs) => ({ output: build(inputs) }));
      return dot(output, weights.data);
    };
    const [far, near] = [(await lossAt(2 * step)) - (await lossAt(-2 * step)), (await lossAt(step)) - (await lossAt(-step))];
    const expected = (8 * near - far) / (12 * step);
    const got = dot(found[name]!, direction);
    expect(Math.abs(got - expected), `${name}: gradient ${got}, difference ${expected}`).toBeLessThan(
      2e-3 * Math.max(1, Math.abs(expected)),
    );
  }
};

/** Largest difference of two arrays of the same length. */
export const farthest = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  expect(a.length).toBe(b.length);
  let worst = 0;
  for (let i = 0; i < a.length; i += 1) worst = Math.max(worst, Number.isFinite(a[i]) ? Math.abs(a[i]! - b[i]!) : Infinity);
  return worst;
};
