/** Tests of the averages over completion tokens. */
import * as tf from "@tensorflow/tfjs";
import { describe, expect, test } from "vitest";
import { float32, type Program } from "../../../src/engine/program.ts";
import { averages, averageSchema, weighted, type AverageName } from "../../../src/objectives/arithmetic/averages.ts";
import { engines } from "../../laws/evaluate.ts";

const names = Object.keys(averages) as AverageName[];

const program = (name: AverageName, shape: readonly [number, number]): Program<"values" | "mask", "average" | "gradient"> => ({
  name,
  inputs: { values: float32(...shape), mask: float32(...shape) },
  build: ({ values, mask }) => {
    const average = (v: tf.Tensor): tf.Scalar => weighted(v, averages[name](mask as tf.Tensor2D));
    return { average: average(values), gradient: tf.grad(average)(values) };
  },
});

/** Three sequences, of 3, 1 and 0 tokens, in a batch of width 4. */
const mask = Float32Array.of(0, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0);
const values = Float32Array.of(50, 3, 6, 9, 10, 70, 80, 90, 100, 200, 300, 400);

describe.each(engines)("averages on $name", ({ evaluate }) => {
  test.each([
    ["sequence", (6 + 10) / 2],
    ["token", (3 + 6 + 9 + 10) / 4],
    ["sum", (18 + 10) / 2],
    ["constant", (18 + 10) / 2 / 4],
  ] as const)("%s", async (name, expected) => {
    const { average } = await evaluate(program(name, [3, 4]), { values, mask });
    expect(average[0]).toBeCloseTo(expected, 5);
  });

  test.each(names)("%s: a batch without completion tokens gives zero and a zero gradient", async (name) => {
    const result = await evaluate(program(name, [3, 4]), { values, mask: new Float32Array(12) });
    expect([...result.average, ...result.gradient]).toEqual(Array.from({ length: 13 }, () => 0));
  });

  test.each(names)("%s: masked positions have no weight", async (name) => {
    const { gradient } = await evaluate(program(name, [3, 4]), { values, mask });
    for (const [i, weight] of gradient.entries()) expect(weight > 0).toBe(mask[i] === 1);
  });

  test.each(["sequence", "token"] as const)("%s: the mean of a constant is the constant", async (name) => {
    const { average } = await evaluate(program(name, [3, 4]), { values: new Float32Array(12).fill(2.5), mask });
    expect(average[0]).toBeCloseTo(2.5, 6);
  });
});

test("the schema names every average, and the paper's is the default", () => {
  const schema = averageSchema("What.");
  expect(schema["enum"]).toEqual(["sequence", "token", "sum", "constant"]);
  expect(schema["default"]).toBe("sequence");
});
