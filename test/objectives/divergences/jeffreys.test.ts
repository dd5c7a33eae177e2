/** Tests of the Jeffreys divergence. */
import { describe, expect, test } from "vitest";
import { jeffreys } from "../../../src/objectives/divergences/jeffreys.ts";
import { divergenceLaws, divergenceProgram } from "../../laws/divergence.laws.ts";
import { engines } from "../../laws/evaluate.ts";
import * as reference from "../reference.ts";

describe.each(engines)("Jeffreys on $name", ({ evaluate }) => {
  divergenceLaws(jeffreys, { reference: reference.jeffreys, evaluate });

  test("it is the sum of both KLs, not their mean", async () => {
    const inputs = { teacher: Float32Array.from([0.9, 0.1], Math.log), student: Float32Array.from([0.1, 0.9], Math.log) };
    const { value } = await evaluate(divergenceProgram(jeffreys, [2]), inputs);
    expect(value[0]).toBeCloseTo(2 * 0.8 * Math.log(9), 5);
  });
});
