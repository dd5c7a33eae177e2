/** Tests of total variation. */
import { describe, expect, test } from "vitest";
import { totalVariation } from "../../../src/objectives/divergences/total-variation.ts";
import { divergenceLaws, divergenceProgram } from "../../laws/divergence.laws.ts";
import { engines } from "../../laws/evaluate.ts";
import * as reference from "../reference.ts";

describe.each(engines)("total variation on $name", ({ evaluate }) => {
  divergenceLaws(totalVariation, { reference: reference.totalVariation, evaluate, kinked: true });

  test("it is the mass that has to be moved, and its gradient is J of half the sign", async () => {
    const inputs = {
      teacher: Float32Array.from([0.7, 0.2, 0.05, 0.05], Math.log),
      student: Float32Array.from([0.1, 0.3, 0.4, 0.2], Math.log),
    };
    const { value, gradient } = await evaluate(divergenceProgram(totalVariation, [4]), inputs);
    expect(value[0]).toBeCloseTo(0.6, 6);
    // The mean of the half signs is 0.5 x 0.9 - 0.5 x 0.1 = 0.4.
    for (const [i, expected] of [-0.09, 0.03, 0.04, 0.02].entries()) expect(gradient[i]).toBeCloseTo(expected, 6);
  });

  test("where both are certain of different tokens it is 1, and nothing pulls", async () => {
    const inputs = { teacher: Float32Array.of(0, -200, -200), student: Float32Array.of(-80, -80, 80) };
    const { value, gradient } = await evaluate(divergenceProgram(totalVariation, [3]), inputs);
    expect(value[0]).toBe(1);
    expect([...gradient].map(Math.abs)).toEqual([0, 0, 0]);
  });
});
