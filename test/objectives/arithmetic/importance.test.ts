/** Tests of importance ratios. */
import type * as tf from "@tensorflow/tfjs";
import { describe, expect, test } from "vitest";
import { importanceRatios, lengthsOf, saturated, type RatioLevel } from "../../../src/objectives/arithmetic/importance.ts";
import { compute, engines, floats, type Evaluate } from "../../laws/evaluate.ts";
import { expectSame } from "../enumeration.ts";

const mask = [0, 1, 1, 1, 0, 0];

const ratios = async (evaluate: Evaluate, level: RatioLevel, logProbs: number[], behavior: number[]): Promise<number[]> => {
  const values = { logProbs: floats([2, 3], logProbs), behavior: floats([2, 3], behavior), mask: floats([2, 3], mask) };
  const { output } = await compute(evaluate, values, (inputs) => ({
    output: importanceRatios(level, inputs["logProbs"]!, inputs["behavior"] as tf.Tensor2D, inputs["mask"] as tf.Tensor2D),
  }));
  return [...output];
};

describe.each(engines)("importance ratios on $name", ({ evaluate }) => {
  const [logProbs, behavior]: [number[], number[]] = [
    [-9, Math.log(0.6), Math.log(0.2), Math.log(0.3), -9, -9],
    [-1, Math.log(0.3), Math.log(0.1), Math.log(0.6), -1, -1],
  ];

  test.each([
    ["token", [1, 2, 2, 0.5, 1, 1]],
    ["sequence", [4, 4, 4, 0.5, 0.5, 0.5]],
    ["geometric", [2, 2, 2, 0.5, 0.5, 0.5]],
  ] as const)("of level %s, over the tokens of the completion", async (level, expected) => {
    expectSame(await ratios(evaluate, level, logProbs, behavior), expected, 1, 1e-5);
  });

  test.each(["token", "sequence", "geometric"] as const)("of level %s are cut before they overflow or vanish", async (level) => {
    const far = await ratios(evaluate, level, [0, 0, 0, -150, 0, 0], [0, -150, -150, 0, 0, 0]);
    expect(far[1]! / Math.exp(20)).toBeCloseTo(1, 4);
    expect(far[3]! / Math.exp(-20)).toBeCloseTo(1, 4);
  });

  test("those that are cut are told apart from all others", async () => {
    const values = {
      logs: floats([2, 3], [25, 20, 19.9, 0, -19.9, -25]),
      zero: floats([2, 3], [0, 0, 0, 0, 0, 0]),
      mask: floats([2, 3], [1, 1, 1, 1, 1, 1]),
    };
    const { output } = await compute(evaluate, values, (inputs) => ({
      output: saturated(importanceRatios("token", inputs["logs"]!, inputs["zero"] as tf.Tensor2D, inputs["mask"] as tf.Tensor2D)),
    }));
    expect([...output]).toEqual([1, 1, 0, 0, 0, 1]);
  });

  test("lengths are at least one", async () => {
    const { output } = await compute(evaluate, { mask: floats([3, 2], [1, 1, 0, 1, 0, 0]) }, (inputs) => ({
      output: lengthsOf(inputs["mask"] as tf.Tensor2D),
    }));
    expect([...output]).toEqual([2, 1, 1]);
  });
});
