/** The compiled engine: the laws of engines, and what it refuses to record. */
import * as tf from "@tensorflow/tfjs";
import { describe, expect, test } from "vitest";
import { eagerEngine } from "../../../src/engine/eager/engine.ts";
import { onnxEngine } from "../../../src/engine/onnx/engine.ts";
import { float32, type Program } from "../../../src/engine/program.ts";
import { engineLaws } from "../../laws/engine.laws.ts";
import { evaluate } from "../evaluation.ts";

engineLaws("onnx-cpu", () => Promise.resolve(onnxEngine()));

const program = (build: (x: tf.Tensor) => tf.Tensor): Program<"x", "y"> => ({
  name: "sample",
  inputs: { x: float32(2, 2) },
  build: ({ x }) => ({ y: build(x) }),
});

const compile = (build: (x: tf.Tensor) => tf.Tensor): Promise<unknown> => onnxEngine().compile(program(build));

describe("recording", () => {
  test.each<[string, (x: tf.Tensor) => tf.Tensor]>([
    ["dataSync", (x) => tf.scalar(tf.sum(x).dataSync()[0]!)],
    ["arraySync", (x) => tf.tensor(x.arraySync())],
  ])("a program that reads a value with %s fails, naming itself and the remedy", async (_, build) => {
    await expect(compile(build)).rejects.toThrow(/program "sample".*read the value.*tf\.where/);
  });

  test("an op without a kernel fails, naming it", async () => {
    await expect(compile((x) => tf.einsum("ij,jk->ik", x, x))).rejects.toThrow(
      /program "sample".*no kernel for the op Einsum.*another engine/,
    );
    await expect(compile((x) => tf.image.resizeBilinear(tf.reshape<tf.Rank.R4>(x, [1, 2, 2, 1]), [4, 4]))).rejects.toThrow(
      /no kernel for the op ResizeBilinear/,
    );
  });

  test("a tensor that was made outside of the program is refused", async () => {
    const cpu = await eagerEngine("cpu");
    await tf.setBackend("cpu");
    const outside = tf.tensor2d([[1, 2], [3, 4]]); // prettier-ignore
    await expect(compile((x) => tf.add(x, outside))).rejects.toThrow(/made outside.*pass it as an input/);
    outside.dispose();
    await cpu.dispose();
  });

  test("a failure leaves the chosen backend and no tensors behind", async () => {
    await tf.setBackend("cpu");
    const before = tf.memory().numTensors;
    await expect(compile((x) => tf.scalar(tf.square(x).dataSync()[0]!))).rejects.toThrow("sample");
    expect(tf.getBackend()).toBe("cpu");
    expect(tf.memory().numTensors).toBe(before);
  });
});

test("it takes turns with an eager engine in one thread", async () => {
  const engines = [onnxEngine(), await eagerEngine("cpu"), onnxEngine({ threads: 2 })];
  for (let i = 0; i < 2; i += 1) {
    for (const engine of engines) {
      const { y } = await evaluate(
        engine,
        program((x) => tf.matMul(x as tf.Tensor2D, x as tf.Tensor2D)),
        { x: [1, 2, 3, 4] },
      );
      expect([...y.data]).toEqual([7, 10, 15, 22]);
    }
  }
  for (const engine of engines) await engine.dispose();
});

test("what a program gave is freed with its buffer, and not what was uploaded or taken", async () => {
  const engine = onnxEngine();
  const count = 2 ** 22;
  const twice = await engine.compile({
    name: "twice",
    inputs: { x: float32(count) },
    build: ({ x }) => ({ y: tf.mul(x, 2), z: tf.mul(x, 3) }),
  });
  const given = new Float32Array(count).fill(1);
  const x = engine.upload(given, float32(count));
  const { y, z } = await twice.run({ x });
  const before = process.memoryUsage().arrayBuffers;
  y.dispose();
  expect(before - process.memoryUsage().arrayBuffers).toBeGreaterThanOrEqual(4 * count);
  const taken = await engine.take(z);
  x.dispose();
  expect([given.length, given[1], taken.length, taken[1]]).toEqual([count, 1, count, 3]);
  await engine.dispose();
});
