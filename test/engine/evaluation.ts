/** Runs a program once on an engine, from host data to host data, and frees everything. */
import { expect } from "vitest";
import type { Buffer, Engine } from "../../src/engine/engine.ts";
import { type DataType, sizeOf, type Program, type TensorSpec, type TypedArray } from "../../src/engine/program.ts";

/** One output on the host. */
export interface HostTensor extends TensorSpec {
  readonly data: TypedArray;
}

/** Numbers as the typed array of an element type. */
export const typed = (data: readonly number[], dtype: DataType): TypedArray =>
  dtype === "float32" ? Float32Array.from(data) : dtype === "int32" ? Int32Array.from(data) : Uint8Array.from(data);

/** Buffers for every input of `program`: what `data` names, and zeros for the rest. */
export const uploadAll = <I extends string>(
  engine: Engine,
  program: Program<I>,
  data: Readonly<Record<string, readonly number[]>>,
): Record<I, Buffer> =>
  Object.fromEntries(
    Object.entries<TensorSpec>(program.inputs).map(([name, spec]) => {
      const values = data[name] ?? Array.from({ length: sizeOf(spec.shape) }, () => 0);
      return [name, engine.upload(typed(values, spec.dtype), spec)];
    }),
  ) as Record<I, Buffer>;

/** Downloads and frees. */
export const downloadAll = async <O extends string>(
  engine: Engine,
  outputs: Readonly<Record<O, Buffer>>,
): Promise<Record<O, HostTensor>> => {
  const results: Record<string, HostTensor> = {};
  for (const [name, buffer] of Object.entries<Buffer>(outputs)) {
    results[name] = { shape: buffer.shape, dtype: buffer.dtype, data: await engine.download(buffer) };
    buffer.dispose();
  }
  return results;
};

/** Compiles, runs once, downloads and frees. */
export const evaluate = async <I extends string, O extends string>(
  engine: Engine,
  program: Program<I, O>,
  data: Readonly<Record<string, readonly number[]>> = {},
): Promise<Record<O, HostTensor>> => {
  const executable = await engine.compile(program);
  const inputs = uploadAll(engine, program, data);
  try {
    return await downloadAll(engine, await executable.run(inputs));
  } finally {
    for (const buffer of Object.values<Buffer>(inputs)) buffer.dispose();
    await executable.dispose();
  }
};

/** Expects every value within `tolerance` times the larger of 1 and the expected magnitude; NaN and infinities exactly. */
export const expectClose = (actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void => {
  expect(actual.length).toBe(expected.length);
  for (let i = 0; i < expected.length; i += 1) {
    const [is, should] = [actual[i]!, expected[i]!];
    if (Object.is(is, should)) continue;
    const bound = tolerance * Math.max(1, Math.abs(should));
    expect(Math.abs(is - should), `at ${i}: expected ${should}, got ${is}`).toBeLessThanOrEqual(Number.isFinite(bound) ? bound : -1);
  }
};
