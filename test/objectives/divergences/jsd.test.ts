/** Tests of the generalized Jensen-Shannon divergence. */
import { describe, expect, test } from "vitest";
import { forwardKl } from "../../../src/objectives/divergences/forward-kl.ts";
import { jsd } from "../../../src/objectives/divergences/jsd.ts";
import { reverseKl } from "../../../src/objectives/divergences/reverse-kl.ts";
import { divergenceLaws, divergenceProgram } from "../../laws/divergence.laws.ts";
import { engines } from "../../laws/evaluate.ts";
import * as reference from "../reference.ts";

const teacher = Float32Array.from([0.7, 0.2, 0.05, 0.05], Math.log);
const student = Float32Array.from([0.1, 0.3, 0.4, 0.2], Math.log);
const inputs = { teacher, student };

describe.each(engines)("JSD on $name", ({ evaluate }) => {
  for (const beta of [0.1, 0.5, 0.9]) {
    divergenceLaws(jsd(beta), { reference: reference.jsd(beta), evaluate });
    divergenceLaws(jsd(beta, "normalized"), {
      reference: (p, z) => reference.jsd(beta)(p, z) / (beta * (1 - beta)),
      evaluate,
    });
  }

  test.each([
    [0.1, 0.093252],
    [0.5, 0.233149],
    [0.9, 0.088557],
  ])("beta %d gives %d", async (beta, expected) => {
    const { value } = await evaluate(divergenceProgram(jsd(beta), [4]), inputs);
    expect(value[0]).toBeCloseTo(expected, 6);
  });

  test("the mixture is one of probabilities, not of their logarithms", async () => {
    const { value } = await evaluate(divergenceProgram(jsd(0.5), [4]), inputs);
    const ofLogs = reference.mixtureJsd(0.5, (logP, logQ) => 0.5 * logP + 0.5 * logQ)(teacher, student);
    expect(ofLogs).toBeCloseTo(0.25 * (1.1078 + 1.0361), 3);
    expect(Math.abs(value[0]! - ofLogs)).toBeGreaterThan(0.1);
  });

  test("beta weighs the teacher: beta and 1 - beta are exchanged with teacher and student", async () => {
    const { value } = await evaluate(divergenceProgram(jsd(0.1), [4]), inputs);
    const swapped = await evaluate(divergenceProgram(jsd(0.9), [4]), { teacher: student, student: teacher });
    expect(value[0]).toBeCloseTo(swapped.value[0]!, 6);
    const other = await evaluate(divergenceProgram(jsd(0.9), [4]), inputs);
    expect(Math.abs(value[0]! - other.value[0]!)).toBeGreaterThan(0.004);
  });

  test.each([
    ["forward KL", 1e-3, forwardKl],
    ["reverse KL", 1 - 1e-3, reverseKl],
  ])("in the normalized scale it tends to %s at %d, in value and gradient", async (_, beta, limit) => {
    const near = await evaluate(divergenceProgram(jsd(beta, "normalized"), [4]), inputs);
    const at = await evaluate(divergenceProgram(limit, [4]), inputs);
    expect(Math.abs(near.value[0]! - at.value[0]!)).toBeLessThan(5e-3);
    for (const [i, expected] of at.gradient.entries()) expect(Math.abs(near.gradient[i]! - expected)).toBeLessThan(5e-3);
  });
});

describe("beta", () => {
  test.each([
    [0, /JSD\(0\).*"forward-kl"/],
    [1, /JSD\(1\).*"reverse-kl"/],
    [1.5, /inside \(0, 1\), got 1.5; near 0 it pulls like "forward-kl", near 1/],
    [-0.1, /got -0.1/],
    [Number.NaN, /got NaN/],
  ])("%d is refused with the divergence that is meant", (beta, message) => {
    expect(() => jsd(beta)).toThrow(RangeError);
    expect(() => jsd(beta)).toThrow(message);
    expect(() => jsd(beta, "normalized")).toThrow(message);
  });

  test("the name holds beta and scale", () => {
    expect([jsd(0.5).name, jsd(0.9, "normalized").name]).toEqual(["jsd-0.5", "jsd-0.9-normalized"]);
  });
});
