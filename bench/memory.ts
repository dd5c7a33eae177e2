/**
 * Memory over a training: resident memory, engine buffers and TensorFlow.js tensors after a warm-up and after 500 steps
 * of sampling and updating. `node --import tsx bench/memory.ts [engine] [steps]`.
 */
import * as tf from "@tensorflow/tfjs";
import { openEngine } from "../src/engine/choose.ts";
import { engineNames, type EngineName } from "../src/engine/names.ts";
import { table } from "../src/cli/display/table.ts";
import { openDraw, openUpdate } from "../src/training/speed/work.ts";

const sizes = { layers: 2, width: 64, heads: 2 } as const;
const warmUp = 50;

const isEngine = (name: string): name is EngineName => (engineNames as readonly string[]).includes(name);

const [name = "auto", count = "500"] = process.argv.slice(2);
if (!isEngine(name)) throw new RangeError(`expected an engine among ${engineNames.join(", ")}, got ${name}`);
const steps = Number(count);
if (!Number.isInteger(steps) || steps < 1) throw new RangeError(`expected a whole number of steps, got ${count}`);

const engine = await openEngine(name, { threads: 1 });
const update = await openUpdate(engine, { batch: 32, length: 32, ...sizes });
const sample = await openDraw(engine, { batch: 32, promptLength: 8, newTokens: 16, ...sizes });

interface Reading {
  readonly step: number;
  readonly resident: number;
  readonly arrays: number;
  readonly buffers: number;
  readonly tensors: number;
}

const mebibytes = (bytes: number): number => Math.round((bytes / 2 ** 20) * 10) / 10;

const read = (step: number): Reading => {
  const { rss, arrayBuffers } = process.memoryUsage();
  return {
    step,
    resident: mebibytes(rss),
    arrays: mebibytes(arrayBuffers),
    buffers: engine.memory().buffers,
    tensors: tf.memory().numTensors,
  };
};

const readings: Reading[] = [];
for (let step = 1; step <= warmUp + steps; step += 1) {
  await sample();
  await update();
  const done = step - warmUp;
  if (done === steps || (done >= 0 && done % Math.ceil(steps / 5) === 0)) readings.push(read(done));
}
process.stdout.write(
  [
    `${engine.name}: ${steps} steps of sampling and updating after ${warmUp} for warming up`,
    table(
      ["step", "resident MiB", "array buffers MiB", "engine buffers", "tensors"],
      readings.map(({ step, resident, arrays, buffers, tensors }) => [step, resident, arrays, buffers, tensors]),
    ),
    "",
  ].join("\n"),
);
await engine.dispose();
