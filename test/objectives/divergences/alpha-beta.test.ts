/** Tests of the alpha-beta divergence. */
import { describe, expect, test } from "vitest";
import { alphaBeta } from "../../../src/objectives/divergences/alpha-beta.ts";
import { forwardKl } from "../../../src/objectives/divergences/forward-kl.ts";
import { reverseKl } from "../../../src/objectives/divergences/reverse-kl.ts";
import { divergenceLaws, divergenceProgram } from "../../laws/divergence.laws.ts";
import { engines } from "../../laws/evaluate.ts";
import * as reference from "../reference.ts";

const inputs = {
  teacher: Float32Array.from([0.7, 0.2, 0.05, 0.05], Math.log),
  student: Float32Array.from([0.1, 0.3, 0.4, 0.2], Math.log),
};

/** Both ends of a line, as the definition has them beside it: an exponent of 0 is the limit from either side. */
const limits: readonly (readonly [number, number, reference.ReferenceDivergence])[] = [
  [0.6, 0, (p, z) => reference.powerKl(0.6)(p, z)],
  [0, 0.6, (p, z) => reference.powerKl(0.6)(reference.logSoftmax(z), p)],
  [0, 0, reference.squaredLogRatio],
];

describe.each(engines)("alpha-beta on $name", ({ evaluate }) => {
  for (const [a, b] of [
    [0.2, 0.7],
    [0.5, 0.5],
    [1.5, 0.5],
    [0.2, 0.2],
  ] as const) {
    divergenceLaws(alphaBeta(a, b), { reference: reference.alphaBeta(a, b), evaluate });
  }
  for (const [a, b, limit] of limits) divergenceLaws(alphaBeta(a, b), { reference: limit, evaluate });

  test.each([
    [1, 0, forwardKl],
    [0, 1, reverseKl],
  ])("the corner (%d, %d) is a KL, in value and gradient", async (a, b, kl) => {
    const corner = await evaluate(divergenceProgram(alphaBeta(a, b), [4]), inputs);
    const expected = await evaluate(divergenceProgram(kl, [4]), inputs);
    expect(corner.value[0]).toBeCloseTo(expected.value[0]!, 6);
    for (const [i, slope] of expected.gradient.entries()) expect(corner.gradient[i]).toBeCloseTo(slope, 6);
  });

  test.each([
    [0.6, 0, 0.6, 0.01],
    [0, 0.6, 0.01, 0.6],
    [0, 0, 0.005, 0.01],
  ])("(%d, %d) is the limit of its neighbours", async (a, b, nearA, nearB) => {
    const { value } = await evaluate(divergenceProgram(alphaBeta(a, b), [4]), inputs);
    expect(Math.abs(value[0]! / reference.alphaBeta(nearA, nearB)(inputs.teacher, inputs.student) - 1)).toBeLessThan(0.03);
  });

  test("alpha is the teacher's exponent: they are exchanged with teacher and student", async () => {
    const { value } = await evaluate(divergenceProgram(alphaBeta(0.2, 0.7), [4]), inputs);
    const swapped = await evaluate(divergenceProgram(alphaBeta(0.7, 0.2), [4]), { teacher: inputs.student, student: inputs.teacher });
    expect(value[0]).toBeCloseTo(swapped.value[0]!, 5);
    const other = await evaluate(divergenceProgram(alphaBeta(0.7, 0.2), [4]), inputs);
    expect(Math.abs(value[0]! - other.value[0]!)).toBeGreaterThan(0.01);
  });

  test("off the line alpha + beta = 1 merging tokens can raise it: a tail bucket is rightly refused", async () => {
    const merged = { teacher: Float32Array.from([0.7, 0.3], Math.log), student: Float32Array.from([0.1, 0.9], Math.log) };
    const whole = await evaluate(divergenceProgram(alphaBeta(1.5, 0.5), [4]), inputs);
    const { value } = await evaluate(divergenceProgram(alphaBeta(1.5, 0.5), [2]), merged);
    expect(value[0]).toBeGreaterThan(whole.value[0]! * 1.1);
  });
});

test.each([
  [0.3, 0.7, undefined],
  [1, 0, undefined],
  [0.2, 0.7, /f-divergence.*here it is 0.89/],
  [0, 0, /here it is 0$/],
])("(%d, %d) and a tail bucket", (a, b, reason) => {
  const { refusesTail } = alphaBeta(a, b);
  if (reason === undefined) expect(refusesTail).toBeUndefined();
  else expect(refusesTail).toMatch(reason);
});

test.each([
  [-0.5, 1, /alpha to be at least 0, got -0.5; a negative exponent is unbounded/],
  [1, -1, /beta to be at least 0, got -1/],
  [0.09, 1, /alpha to be 0 or at least 0.1, got 0.09; float32 cannot hold what is between: use 0, its limit/],
  [1, 1e-6, /beta to be 0 or at least 0.1/],
  [Number.NaN, 1, /alpha .* got NaN/],
  [1, Infinity, /beta .* got Infinity/],
])("(%d, %d) is refused", (a, b, message) => {
  expect(() => alphaBeta(a, b)).toThrow(RangeError);
  expect(() => alphaBeta(a, b)).toThrow(message);
});

test("the name holds both exponents", () => {
  expect(alphaBeta(0.2, 0.7).name).toBe("alpha-beta-0.2-0.7");
});
