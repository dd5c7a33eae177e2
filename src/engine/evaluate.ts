/** Runs programs on host data once. */
import type { Buffer, Engine } from "./engine.ts";
import type { Program, TypedArray } from "./program.ts";

/** Inputs of programs, by name. */
export type HostInputs = Readonly<Record<string, TypedArray>>;

/** Runs a program once. */
export type Evaluate = <O extends string>(
  program: Program<string, O>,
  inputs: HostInputs,
) => Promise<Record<O, TypedArray>>;

/** Runs programs on one engine; frees what it made. */
export const evaluateOn =
  (engine: Engine): Evaluate =>
  async <O extends string>(program: Program<string, O>, inputs: HostInputs) => {
    const executable = await engine.compile(program);
    const buffers = Object.fromEntries(
      Object.entries(program.inputs).map(([name, spec]) => [name, engine.upload(inputs[name]!.slice(), spec)]),
    );
    const outputs = await executable.run(buffers);
    const results = {} as Record<O, TypedArray>;
    for (const [name, buffer] of Object.entries<Buffer>(outputs)) results[name as O] = await engine.download(buffer);
    for (const buffer of [...Object.values(buffers), ...Object.values<Buffer>(outputs)]) buffer.dispose();
    await executable.dispose();
    return results;
  };
