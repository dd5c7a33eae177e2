/** Products of batches that TensorFlow.js gets wrong. */
import * as tf from "@tensorflow/tfjs";
import { describe, expect, test } from "vitest";
import { eagerEngine } from "../../../src/engine/eager/engine.ts";
import { float32, type Program } from "../../../src/engine/program.ts";
import { evaluate } from "../evaluation.ts";

const product = (a: number[], b: number[]): Program<"a" | "b", "c"> => ({
  name: "product",
  inputs: { a: float32(...a), b: float32(...b) },
  build: ({ a: left, b: right }) => ({ c: tf.matMul(left, right) }),
});

describe.each(["cpu", "wasm"] as const)("products on %s", (backend) => {
  test("a batch that is broadcast in part is refused with the remedy", async () => {
    const engine = await eagerEngine(backend);
    await expect(evaluate(engine, product([2, 1, 2, 3], [2, 2, 3, 2]))).rejects.toThrow(/\[2, 1\] and \[2, 2\] wrongly; broadcast/);
    await engine.dispose();
  });

  test.each([
    [
      [2, 2, 2, 3],
      [2, 2, 3, 2],
    ],
    [
      [2, 3],
      [2, 3, 2],
    ],
    [
      [3, 2, 3],
      [1, 3, 2],
    ],
  ])("%j times %j is computed", async (a, b) => {
    const engine = await eagerEngine(backend);
    const size = a.reduce((x, y) => x * y, 1);
    const ones = (n: number): number[] => Array.from({ length: n }, () => 1);
    const { c } = await evaluate(engine, product(a, b), { a: ones(size), b: ones(b.reduce((x, y) => x * y, 1)) });
    expect(new Set(c.data)).toEqual(new Set([3]));
    await engine.dispose();
  });
});
