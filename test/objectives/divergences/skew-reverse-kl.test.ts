/** Tests of skew reverse KL. */
import { describe, expect, test } from "vitest";
import { reverseKl } from "../../../src/objectives/divergences/reverse-kl.ts";
import { skewReverseKl } from "../../../src/objectives/divergences/skew-reverse-kl.ts";
import { divergenceLaws, divergenceProgram } from "../../laws/divergence.laws.ts";
import { engines } from "../../laws/evaluate.ts";
import * as reference from "../reference.ts";

const probabilities = { teacher: [0.7, 0.2, 0.05, 0.05], student: [0.1, 0.3, 0.4, 0.2] };
const inputs = {
  teacher: Float32Array.from(probabilities.teacher, Math.log),
  student: Float32Array.from(probabilities.student, Math.log),
};

describe.each(engines)("skew reverse KL on $name", ({ evaluate }) => {
  for (const alpha of [0, 0.1, 0.6]) divergenceLaws(skewReverseKl(alpha), { reference: reference.skewReverseKl(alpha), evaluate });
  divergenceLaws(skewReverseKl(0.6, "normalized"), { reference: (p, z) => reference.skewReverseKl(0.6)(p, z) / 0.4 ** 2, evaluate });

  test("without skew it is reverseKl, to the bit", async () => {
    const skewed = await evaluate(divergenceProgram(skewReverseKl(0), [4]), inputs);
    const plain = await evaluate(divergenceProgram(reverseKl, [4]), inputs);
    expect(skewed.value).toEqual(plain.value);
    for (const [i, expected] of plain.gradient.entries()) expect(skewed.gradient[i]).toBeCloseTo(expected, 6);
  });

  test("it is KL(student || M): alpha is the share of its first argument", async () => {
    const { value } = await evaluate(divergenceProgram(skewReverseKl(0.1), [4]), inputs);
    expect(value[0]).toBeCloseTo(0.765684, 6);
  });

  test("it is bounded by -log(alpha), where the plain KL is not", async () => {
    const far = { teacher: Float32Array.of(0, -200, -200), student: Float32Array.of(-80, 80, -80) };
    const { value } = await evaluate(divergenceProgram(skewReverseKl(0.1), [3]), far);
    expect(value[0]).toBeCloseTo(-Math.log(0.1), 5);
    const plain = await evaluate(divergenceProgram(reverseKl, [3]), far);
    expect(plain.value[0]).toBeGreaterThan(100);
  });

  test("the normalized scale tends to half of the chi-squared distance as alpha tends to 1", async () => {
    const { value } = await evaluate(divergenceProgram(skewReverseKl(0.98, "normalized"), [4]), inputs);
    const chiSquared = probabilities.teacher.reduce((sum, p, i) => {
      const q = probabilities.student[i]!;
      return sum + (p - q) ** 2 / q;
    }, 0);
    expect(Math.abs(value[0]! / (chiSquared / 2) - 1)).toBeLessThan(0.1);
  });
});

describe("alpha", () => {
  test.each([
    [1, /alpha in \[0, 1\), got 1; at 1 .* zero everywhere/],
    [-0.1, /got -0.1; at 0 it is the plain KL/],
    [Number.NaN, /got NaN/],
  ])("%d is refused", (alpha, message) => {
    expect(() => skewReverseKl(alpha)).toThrow(RangeError);
    expect(() => skewReverseKl(alpha)).toThrow(message);
    expect(() => skewReverseKl(alpha)).toThrow(/^skew-reverse-kl: /);
  });

  test("the name holds direction, alpha and scale", () => {
    expect([skewReverseKl(0.1).name, skewReverseKl(0.5, "normalized").name]).toEqual([
      "skew-reverse-kl-0.1",
      "skew-reverse-kl-0.5-normalized",
    ]);
  });
});
