/** The compiled engine on TensorFlow: the laws of engines, by TensorFlow's own executor and by XLA, and products in bfloat16. */
import * as tf from "@tensorflow/tfjs";
import { describe, expect, test } from "vitest";
import { onnxEngine } from "../../../src/engine/onnx/engine.ts";
import { float32, int32, type Program } from "../../../src/engine/program.ts";
import { tensorflowEngine } from "../../../src/engine/tensorflow/engine.ts";
import { engineLaws } from "../../laws/engine.laws.ts";
import { evaluate } from "../evaluation.ts";
import { missingLibrary } from "./missing-library.ts";

const absent = await missingLibrary("cpu");

if (absent === undefined) {
  engineLaws("tensorflow", () => tensorflowEngine({ xla: false }), { how: "by its executor" });
  engineLaws("tensorflow", () => tensorflowEngine({ xla: true }), { how: "by XLA" });
} else {
  // The reason is in the name: nothing is installed, or it does not load here.
  test.skip(`laws of an engine: tensorflow is absent: ${absent}`, () => {});
}

/** Products of a few rows and of many, which XLA multiplies in different ways. */
const productOf = (rows: number): Program<"a" | "b", "plain" | "transposed" | "batch"> => ({
  name: "product",
  inputs: { a: float32(rows, 4), b: float32(4, 3) },
  build: ({ a, b }) => ({
    plain: tf.matMul(a, b),
    // As in gradients; the columns of the first operand are the rows of the product.
    transposed: tf.matMul(tf.concat([b, b], 1), a, true, true),
    batch: tf.matMul(tf.reshape(a, [1, rows, 4]), tf.reshape(b, [1, 4, 3])),
  }),
});
const product = productOf(3);

const values = { a: Array.from({ length: 12 }, (_, i) => Math.sin(i + 1)), b: Array.from({ length: 12 }, (_, i) => Math.cos(i)) };

/** The nearest number of 8 significant bits, of two equally near the even one. */
const rounded = (value: number): number => {
  const bits = new Uint32Array(Float32Array.of(value).buffer)[0]!;
  const kept = (bits + 0x7fff + ((bits >>> 16) & 1)) & 0xffff0000;
  return new Float32Array(Uint32Array.of(kept).buffer)[0]!;
};

// Needs the library that `retort engines install tensorflow` installs.
describe.skipIf(absent !== undefined)("the engine tensorflow", () => {
  test.each([
    ["by its executor", { xla: false }, 3],
    ["by XLA, of few rows", { xla: true, matrixUnits: false }, 3],
    ["by XLA, of many rows", { xla: true, matrixUnits: false }, 100],
    ["by XLA, with a matrix unit", { xla: true, matrixUnits: true }, 100],
  ] as const)("rounds the operands of products of matrices to bfloat16, and nothing else: %s", async (_, how, rows) => {
    const engine = await tensorflowEngine({ ...how, bfloat16: true });
    expect(engine.name).toBe("tensorflow-bfloat16");
    const a = Array.from({ length: rows * 4 }, (_unused, i) => Math.sin(i + 1));
    const found = await evaluate(engine, productOf(rows), { a, b: values.b });
    const of = (round: (value: number) => number): number[] =>
      Array.from({ length: rows * 3 }, (_unused, at) => {
        const [row, column] = [Math.floor(at / 3), at % 3];
        return [0, 1, 2, 3].reduce((sum, i) => sum + round(a[4 * row + i]!) * round(values.b[3 * i + column]!), 0);
      });
    const expectClose = (actual: ArrayLike<number>, expected: readonly number[]): void => {
      expect(Math.max(...expected.map((value, i) => Math.abs(value - actual[i]!)))).toBeLessThan(1e-6);
    };
    expectClose(found.plain.data, of(rounded));
    const columns = Array.from({ length: 6 }, (_unused, column) => column % 3);
    const [exact, near] = [of((value) => value), of(rounded)];
    expectClose(
      found.transposed.data,
      columns.flatMap((column) => Array.from({ length: rows }, (_unused, row) => near[3 * row + column]!)),
    );
    expectClose(found.batch.data, exact);
    // Both are told apart by what is compared.
    expect(Math.max(...exact.map((value, i) => Math.abs(value - near[i]!)))).toBeGreaterThan(1e-3);
    await engine.dispose();
  });

  test("a product that is summed, which XLA's library of kernels cannot do, is computed in bfloat16", async () => {
    const engine = await tensorflowEngine({ bfloat16: true, matrixUnits: true });
    // As large that XLA would give it to the library, which ends the process then.
    const summed: Program<"a" | "b", "y"> = {
      name: "summed",
      inputs: { a: float32(8, 4), b: float32(4, 4096) },
      build: ({ a, b }) => ({ y: tf.sum(tf.matMul(a, b), 1) }),
    };
    const halves = (count: number): number[] => Array.from({ length: count }, () => 0.5);
    const found = await evaluate(engine, summed, { a: halves(32), b: halves(4 * 4096) });
    expect([...found.y.data]).toEqual(Array.from({ length: 8 }, () => 4096));
    await engine.dispose();
  });

  test("adds and exponentials are those of float32 in bfloat16 too", async () => {
    const engine = await tensorflowEngine({ bfloat16: true });
    const sum: Program<"a", "y"> = { name: "sum", inputs: { a: float32(3, 4) }, build: ({ a }) => ({ y: tf.add(a, tf.exp(a)) }) };
    const [own, plain] = [await evaluate(engine, sum, values), await evaluate(onnxEngine(), sum, values)];
    for (const [i, value] of [...own.y.data].entries()) expect(value).toBeCloseTo(plain.y.data[i]!, 6);
    await engine.dispose();
  });

  const picked: Program<"x" | "at", "y"> = {
    name: "picked",
    inputs: { x: float32(3), at: int32(1) },
    build: ({ x, at }) => ({ y: tf.gather(x, at) }),
  };

  test("an index beyond a tensor is an error of the executor that names the program, and the nearest one to XLA", async () => {
    const engines = [await tensorflowEngine({ xla: false }), await tensorflowEngine()] as const;
    const [byExecutor, byXla] = engines.map((engine) => evaluate(engine, picked, { x: [1, 2, 3], at: [7] })) as [
      Promise<unknown>,
      ReturnType<typeof evaluate<"x" | "at", "y">>,
    ];
    await expect(byExecutor).rejects.toThrow(/program "picked": .*indices\[0\] = 7 is not in \[0, 3\)/u);
    expect([...(await byXla).y.data]).toEqual([3]);
    await Promise.all(engines.map((engine) => engine.dispose()));
  });

  test("a program with another one's buffers is refused", async () => {
    const [engine, other] = [await tensorflowEngine(), onnxEngine()];
    const executable = await engine.compile(product);
    const buffers = { a: other.upload(new Float32Array(12), float32(3, 4)), b: other.upload(new Float32Array(12), float32(4, 3)) };
    await expect(executable.run(buffers)).rejects.toThrow("a buffer of another engine was given to the engine tensorflow");
    await Promise.all([engine.dispose(), other.dispose()]);
  });
});
