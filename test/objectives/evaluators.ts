/** Ways to run a program on host data: the laws of objectives hold on every engine that is listed here. */
import { eagerEngine } from "../../src/engine/eager/engine.ts";
import type { Buffer, Engine } from "../../src/engine/engine.ts";
import type { Program, TypedArray } from "../../src/engine/program.ts";

/** Runs a program once on host arrays and gives its outputs as host arrays. */
export type Evaluate = <I extends string, O extends string>(
  program: Program<I, O>,
  inputs: Readonly<Record<NoInfer<I>, TypedArray>>,
) => Promise<Record<O, TypedArray>>;

const mapValues = <K extends string, A, B>(record: Readonly<Record<K, A>>, map: (value: A, key: K) => B): Record<K, B> =>
  Object.fromEntries(Object.entries<A>(record).map(([key, value]) => [key, map(value, key as K)])) as Record<K, B>;

const evaluateOn =
  (engine: Engine): Evaluate =>
  async <I extends string, O extends string>(program: Program<I, O>, inputs: Readonly<Record<I, TypedArray>>) => {
    const executable = await engine.compile(program);
    const buffers = mapValues(inputs, (data: TypedArray, name: I): Buffer => engine.upload(data.slice(), program.inputs[name]));
    const outputs = await executable.run(buffers);
    const results = {} as Record<O, TypedArray>;
    for (const [name, buffer] of Object.entries<Buffer>(outputs)) results[name as O] = await engine.download(buffer);
    for (const buffer of [...Object.values<Buffer>(buffers), ...Object.values<Buffer>(outputs)]) buffer.dispose();
    await executable.dispose();
    return results;
  };

/** Every engine that the laws run on. */
export const evaluators: readonly { readonly name: string; readonly evaluate: Evaluate }[] = [
  { name: "cpu", evaluate: evaluateOn(await eagerEngine("cpu")) },
];
