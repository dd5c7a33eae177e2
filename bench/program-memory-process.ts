/**
 * Measures the memory of one program in a process of its own: `program-memory-process.ts USE SIZES`. Linux, for /proc.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { onnxEngine } from "../src/engine/onnx/engine.ts";
import { sizeOf, type TensorSpec, type TypedArray } from "../src/engine/program.ts";
import { memoryOf, programOf, type Use } from "../src/training/memory/uses.ts";
import { policyOf, type MemorySizes } from "./program-memory-work.ts";

const [, , use = "", text = ""] = process.argv;
const sizes = JSON.parse(text) as MemorySizes;
const policy = policyOf(sizes);
const program = programOf(use as Use, policy, sizes);
const estimate = memoryOf(policy, sizes)[use as Use];

const bytesNow = (key: "VmRSS" | "VmHWM"): number =>
  1024 * Number(new RegExp(`${key}:\\s+(\\d+)`).exec(readFileSync("/proc/self/status", "utf8"))![1]);

/** Weights, moments and the like are small; tokens are any of the vocabulary; positions count. */
const dataOf = (name: string, { shape, dtype }: TensorSpec): TypedArray => {
  if (dtype === "float32") return new Float32Array(sizeOf(shape)).fill(/mask|prompt/i.test(name) ? 1 : 0.01);
  const data = new Int32Array(sizeOf(shape));
  return data.map((_, i) => (name === "positions" ? i % shape.at(-1)! : i % sizes.vocabularySize));
};

const engine = onnxEngine({ threads: 1 });
const executable = await engine.compile(program);
globalThis.gc!();
// Forgets the peak of all that was before.
writeFileSync("/proc/self/clear_refs", "5");
const before = bytesNow("VmRSS");
const inputs = Object.fromEntries(
  Object.entries(program.inputs).map(([name, spec]) => [name, engine.upload(dataOf(name, spec), spec)]),
);
for (let run = 0; run < 3; run += 1) {
  const outputs = await executable.run(inputs);
  for (const buffer of Object.values(outputs)) buffer.dispose();
  globalThis.gc!();
}
process.stdout.write(JSON.stringify({ estimate, measured: bytesNow("VmHWM") - before }));
await engine.dispose();
