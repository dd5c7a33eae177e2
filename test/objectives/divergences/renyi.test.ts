/** Tests of the Rényi divergence. */
import { describe, expect, test } from "vitest";
import { forwardKl } from "../../../src/objectives/divergences/forward-kl.ts";
import { renyi } from "../../../src/objectives/divergences/renyi.ts";
import { reverseKl } from "../../../src/objectives/divergences/reverse-kl.ts";
import { divergenceLaws, divergenceProgram } from "../../laws/divergence.laws.ts";
import { engines } from "../../laws/evaluate.ts";
import * as reference from "../reference.ts";

const inputs = {
  teacher: Float32Array.from([0.7, 0.2, 0.05, 0.05], Math.log),
  student: Float32Array.from([0.1, 0.3, 0.4, 0.2], Math.log),
};

describe.each(engines)("Rényi on $name", ({ evaluate }) => {
  for (const order of [0.5, 2]) divergenceLaws(renyi(order), { reference: reference.renyi(order), evaluate });
  divergenceLaws(renyi(0.5, "normalized"), { reference: (p, z) => reference.renyi(0.5)(p, z) / 0.5, evaluate });

  test.each([
    ["forward KL from below", 0.99, "paper", forwardKl],
    ["forward KL from above", 1.01, "paper", forwardKl],
    ["forward KL in the normalized scale", 0.99, "normalized", forwardKl],
    ["reverse KL in the normalized scale", 0.01, "normalized", reverseKl],
  ] as const)("it tends to %s at %d, in value and gradient", async (_, order, scale, limit) => {
    const near = await evaluate(divergenceProgram(renyi(order, scale), [4]), inputs);
    const at = await evaluate(divergenceProgram(limit, [4]), inputs);
    expect(Math.abs(near.value[0]! - at.value[0]!)).toBeLessThan(0.02);
    for (const [i, expected] of at.gradient.entries()) expect(Math.abs(near.gradient[i]! - expected)).toBeLessThan(0.02);
  });

  test("of a large order it is the logarithm of the largest ratio teacher / student", async () => {
    const { value } = await evaluate(divergenceProgram(renyi(200), [4]), inputs);
    expect(Math.abs(value[0]! - Math.log(7))).toBeLessThan(0.01);
  });

  test("order and direction: sum of P^2 / Q at 2, and teacher and student the other way round change it", async () => {
    const { value } = await evaluate(divergenceProgram(renyi(2), [4]), inputs);
    expect(value[0]).toBeCloseTo(Math.log(0.49 / 0.1 + 0.04 / 0.3 + 0.0025 / 0.4 + 0.0025 / 0.2), 5);
    const swapped = await evaluate(divergenceProgram(renyi(2), [4]), { teacher: inputs.student, student: inputs.teacher });
    expect(Math.abs(value[0]! - swapped.value[0]!)).toBeGreaterThan(0.1);
  });
});

describe("the order", () => {
  test.each([
    [1, /got 1; the limit at 1 is forward KL: use "forward-kl"/],
    [0, /got 0; at 0 it is zero everywhere.*"reverse-kl"/],
    [-1, /got -1; it is defined for positive orders alone/],
    [Infinity, /got Infinity/],
    [Number.NaN, /got NaN/],
  ])("%d is refused", (order, message) => {
    expect(() => renyi(order)).toThrow(RangeError);
    expect(() => renyi(order)).toThrow(message);
  });

  test("and direction and scale are in the name", () => {
    expect([renyi(0.5).name, renyi(2, "normalized").name]).toEqual(["renyi-forward-0.5", "renyi-forward-2-normalized"]);
  });
});
