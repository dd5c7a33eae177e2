/** Tests of reverse KL. */
import { describe, expect, test } from "vitest";
import { reverseKl } from "../../../src/objectives/divergences/reverse-kl.ts";
import { divergenceLaws, divergenceProgram } from "../../laws/divergence.laws.ts";
import { engines } from "../../laws/evaluate.ts";
import * as reference from "../reference.ts";

describe.each(engines)("reverse KL on $name", ({ evaluate }) => {
  divergenceLaws(reverseKl, { reference: reference.reverseKl, evaluate });

  test("it is KL(student || teacher), not the other way round", async () => {
    const inputs = {
      teacher: Float32Array.from([0.7, 0.2, 0.05, 0.05], Math.log),
      student: Float32Array.from([0.1, 0.3, 0.4, 0.2], Math.log),
    };
    const { value } = await evaluate(divergenceProgram(reverseKl, [4]), inputs);
    expect(value[0]).toBeCloseTo(1.0361, 4);
  });
});
