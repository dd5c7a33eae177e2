/** Tests of forward KL. */
import { describe, expect, test } from "vitest";
import { forwardKl } from "../../../src/objectives/divergences/forward-kl.ts";
import { divergenceLaws, divergenceProgram } from "../../laws/divergence.laws.ts";
import { engines } from "../../laws/evaluate.ts";
import * as reference from "../reference.ts";

describe.each(engines)("forward KL on $name", ({ evaluate }) => {
  divergenceLaws(forwardKl, { reference: reference.forwardKl, evaluate });

  test("it is KL(teacher || student), not the other way round", async () => {
    const inputs = {
      teacher: Float32Array.from([0.7, 0.2, 0.05, 0.05], Math.log),
      student: Float32Array.from([0.1, 0.3, 0.4, 0.2], Math.log),
    };
    const { value, gradient } = await evaluate(divergenceProgram(forwardKl, [4]), inputs);
    expect(value[0]).toBeCloseTo(1.1078, 4);
    for (const [i, expected] of [-0.6, 0.1, 0.35, 0.15].entries()) expect(gradient[i]).toBeCloseTo(expected, 6);
  });
});
