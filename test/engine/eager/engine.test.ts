/** The eager engine on every TensorFlow.js backend that this machine has. */
import * as tf from "@tensorflow/tfjs";
import { expect, test } from "vitest";
import { eagerEngine } from "../../../src/engine/eager/engine.ts";
import { float32, type Program } from "../../../src/engine/program.ts";
import { engineLaws, type EngineLimits } from "../../laws/engine.laws.ts";
import { downloadAll, uploadAll } from "../evaluation.ts";
import { missingLibrary } from "../tensorflow/missing-library.ts";
import { missingAdapter } from "./adapter.ts";

const products = {
  operations: /^matMul.*\[2,1,\d,\d\], float32\[2,2/,
  reason: "refused, because TensorFlow.js repeats whole batches here",
};

engineLaws("cpu", () => eagerEngine("cpu"), { without: [products] });
engineLaws("wasm", () => eagerEngine("wasm"), { without: [products] });

const absent = {
  webgpu: await missingAdapter(),
  "tensorflow-cpu": await missingLibrary("cpu"),
  "tensorflow-gpu": await missingLibrary("gpu"),
} as const;

const limits: Readonly<Record<keyof typeof absent, EngineLimits>> = {
  webgpu: {
    runs: 100,
    without: [
      products,
      { operations: /^(?:pow|clipByValue|cumsum).* of \w+\[\d,\d,\d,\d,\d\]/, reason: "webgpu has these kernels up to rank 4" },
      { operations: /^arg(?:Max|Min) .*\[4\]$/, reason: "webgpu gives the index in one dimension the shape [1]" },
      { operations: /^cumsum .*int32/, reason: "webgpu adds the bits of int32 as if they were float32" },
    ],
  },
  "tensorflow-cpu": {},
  "tensorflow-gpu": {},
};

for (const [name, reason] of Object.entries(absent) as [keyof typeof absent, string | undefined][]) {
  if (reason === undefined) engineLaws(name, () => eagerEngine(name), limits[name]);
  // The reason is in the name: the package, its native library or a device is not on this machine.
  else test.skip(`laws of an engine: ${name} is absent: ${reason}`, () => {});
}

test("engines of two backends take turns in one thread", async () => {
  const engines = await Promise.all([eagerEngine("cpu"), eagerEngine("wasm")]);
  const program: Program<"x", "y"> = { name: "turns", inputs: { x: float32(3) }, build: ({ x }) => ({ y: tf.add(tf.square(x), x) }) };
  const runs = await Promise.all(
    engines.map(async (engine) => ({
      engine,
      executable: await engine.compile(program),
      inputs: uploadAll(engine, program, { x: [1, 2, 3] }),
    })),
  );
  for (let i = 0; i < 3; i += 1) {
    for (const { engine, executable, inputs } of runs) {
      expect([...(await downloadAll(engine, await executable.run(inputs))).y.data]).toEqual([2, 6, 12]);
    }
  }
  const [first, second] = runs;
  await expect(first!.executable.run(second!.inputs)).rejects.toThrow(/another engine/);
  for (const { engine } of runs) await engine.dispose();
});
