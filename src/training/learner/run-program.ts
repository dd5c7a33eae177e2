/** Runs the learner's programs: on what stays on the engine, and on arrays that are there for one run. */
import type { Buffer, Engine, Executable } from "../../engine/engine.ts";
import { float32, type TensorSpec, type TypedArray } from "../../engine/program.ts";

/** Buffers by name. */
export type Buffers = ReadonlyMap<string, Buffer>;

/** Frees all of them. */
export const disposeAll = (buffers: Buffers): void => {
  for (const buffer of buffers.values()) buffer.dispose();
};

/** What a run reads besides buffers. */
export interface RunArrays {
  /** Shapes of the arrays, by name. */
  readonly specs: Readonly<Record<string, TensorSpec>>;
  readonly arrays: Readonly<Record<string, TypedArray>>;
  /** Of shape [], by name. */
  readonly scalars?: Readonly<Record<string, number>>;
  /** Who reads the arrays, for errors. */
  readonly reader: string;
}

/**
 * Runs a program on buffers and on arrays, which are freed even when an upload or the run fails. `TypeError` for an
 * array that is not there.
 */
export const runProgram = async (
  engine: Engine,
  executable: Executable,
  buffers: Buffers,
  { specs, arrays, scalars = {}, reader }: RunArrays,
): Promise<Record<string, Buffer>> => {
  const transient = new Map<string, Buffer>();
  try {
    for (const [name, spec] of Object.entries(specs)) {
      const data = arrays[name];
      if (data === undefined) throw new TypeError(`learner: the batch has no "${name}", which ${reader} reads`);
      transient.set(name, engine.upload(data, spec));
    }
    for (const [name, value] of Object.entries(scalars))
      transient.set(name, engine.upload(Float32Array.of(value), float32()));
    return await executable.run({ ...Object.fromEntries(buffers), ...Object.fromEntries(transient) });
  } finally {
    disposeAll(transient);
  }
};

/** The outputs of these names, which the program must give. */
export const outputsNamed = (outputs: Readonly<Record<string, Buffer>>, names: Iterable<string>): Buffers =>
  new Map(
    [...names].map((name) => {
      const output = outputs[name];
      if (output === undefined) throw new Error(`learner: the program gave no "${name}"`);
      return [name, output];
    }),
  );

/** The values of the outputs whose names begin with the prefix, by the rest of their names. Frees them. */
export const takeOutputs = async (
  engine: Engine,
  outputs: Readonly<Record<string, Buffer>>,
  prefix: string,
): Promise<Record<string, TypedArray>> => {
  const values: Record<string, TypedArray> = {};
  for (const [name, buffer] of Object.entries(outputs))
    if (name.startsWith(prefix)) values[name.slice(prefix.length)] = await engine.take(buffer);
  return values;
};

/** The scalars under `metrics/`, by the rest of their names. Frees them. */
export const takeMetrics = async (
  engine: Engine,
  outputs: Readonly<Record<string, Buffer>>,
): Promise<Record<string, number>> => {
  const values = await takeOutputs(engine, outputs, "metrics/");
  return Object.fromEntries(Object.entries(values).map(([name, [value]]) => [name, value!]));
};

/** Of metrics, `loss` and `gradient/norm` must be finite. `Error` that says which is not, at this step. */
export const checkFinite = (metrics: Readonly<Record<string, number>>, step: number): void => {
  const broken = ["loss", "gradient/norm"].filter((name) => !Number.isFinite(metrics[name]));
  if (broken.length === 0) return;
  const values = broken.map((name) => `${name} is ${metrics[name]}`).join(" and ");
  throw new Error(
    `step ${step}: ${values}; the weights before this step are kept. Lower the learning rate or clipNorm, or ` +
      "check the rewards and teacher scores of this step",
  );
};
