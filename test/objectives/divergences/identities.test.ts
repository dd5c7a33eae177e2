/** Tests of what divergences are to each other: known numbers, limits, sums, bounds. */
import { describe, expect, test } from "vitest";
import { float32, type Program } from "../../../src/engine/program.ts";
import { adaptiveKl } from "../../../src/objectives/divergences/adaptive-kl.ts";
import { alphaBeta } from "../../../src/objectives/divergences/alpha-beta.ts";
import type { Divergence } from "../../../src/objectives/divergences/divergence.ts";
import { forwardKl } from "../../../src/objectives/divergences/forward-kl.ts";
import { jeffreys } from "../../../src/objectives/divergences/jeffreys.ts";
import { jsd } from "../../../src/objectives/divergences/jsd.ts";
import { renyi } from "../../../src/objectives/divergences/renyi.ts";
import { reverseKl } from "../../../src/objectives/divergences/reverse-kl.ts";
import { skewKl } from "../../../src/objectives/divergences/skew-kl.ts";
import { skewReverseKl } from "../../../src/objectives/divergences/skew-reverse-kl.ts";
import { totalVariation } from "../../../src/objectives/divergences/total-variation.ts";
import { normal, stream } from "../../../src/random/stream.ts";
import { divergenceProgram } from "../../laws/divergence.laws.ts";
import { engines, type Evaluate } from "../../laws/evaluate.ts";
import { headGapShare, logSoftmax } from "../reference.ts";

const V = 5;
const count = 30;

interface Positions {
  readonly teacher: Float32Array;
  readonly student: Float32Array;
}

const random = (scale: number, name: string): number[][] => {
  const uniforms = stream(7, "test", name);
  return Array.from({ length: count }, () => Array.from({ length: V }, () => scale * normal(uniforms)));
};

const teacherLogits = random(2, "teacher");

/** Teachers, and students that have nothing to do with them. */
const apart: Positions = {
  teacher: Float32Array.from(teacherLogits.flatMap((logits) => logSoftmax(logits))),
  student: Float32Array.from(random(2, "student").flat()),
};

/** Teachers, and students whose logits are those but for a little noise. */
const close: Positions = {
  teacher: apart.teacher,
  student: Float32Array.from(random(0.03, "noise").flatMap((noise, i) => noise.map((z, j) => z + teacherLogits[i]![j]!))),
};

/** Neither far from uniform: ratios of probabilities stay small. */
const mild: Positions = {
  teacher: Float32Array.from(teacherLogits.flatMap((logits) => logSoftmax(logits.map((z) => z / 4)))),
  student: apart.student.map((z) => z / 4),
};

/** Values [count] and gradients [count * V] of several divergences at once, in one program. */
const measure = async (evaluate: Evaluate, of: readonly Divergence[], positions: Positions = apart) => {
  const programs = of.map((divergence) => divergenceProgram(divergence, [count, V]));
  const together: Program<string, string> = {
    name: "divergences",
    inputs: { teacher: float32(count, V), student: float32(count, V) },
    build: (inputs) =>
      Object.fromEntries(
        programs.flatMap((program, i) =>
          Object.entries(program.build(inputs as never)).map(([name, tensor]) => [`${name} ${i}`, tensor] as const),
        ),
      ),
  };
  const outputs = await evaluate(together, { ...positions });
  return of.map((_, i) => ({ value: Array.from(outputs[`value ${i}`]!), gradient: Array.from(outputs[`gradient ${i}`]!) }));
};

const expectClose = (actual: readonly number[], expected: readonly number[], tolerance: number): void => {
  expect(actual).toHaveLength(expected.length);
  for (const [i, value] of expected.entries()) {
    expect(Math.abs(actual[i]! - value), `at ${i}: expected ${value}, got ${actual[i]}`).toBeLessThanOrEqual(
      tolerance * Math.max(1, Math.abs(value)),
    );
  }
};

const expectAtMost = (smaller: readonly number[], larger: readonly number[]): void => {
  for (const [i, bound] of larger.entries()) expect(smaller[i]!, `at ${i}`).toBeLessThanOrEqual(bound + 1e-6);
};

const norm = (vector: readonly number[]): number => Math.hypot(...vector);

const combined = (a: number, x: readonly number[], b: number, y: readonly number[]): number[] => x.map((value, i) => a * value + b * y[i]!);

describe.each(engines)("divergences on $name", ({ evaluate }) => {
  test.each([
    [forwardKl, 1.1078, 4],
    [reverseKl, 1.0361, 4],
    [jeffreys, 2.143841, 5],
    [jsd(0.1), 0.093252, 6],
    [jsd(0.5), 0.233149, 6],
    [jsd(0.9), 0.088557, 6],
    [jsd(0.5, "normalized"), 4 * 0.2331487, 6],
    [totalVariation, 0.6, 6],
  ])("$name has its known value", async (divergence, expected, digits) => {
    const inputs = {
      teacher: Float32Array.from([0.7, 0.2, 0.05, 0.05], Math.log),
      student: Float32Array.from([0.1, 0.3, 0.4, 0.2], Math.log),
    };
    const { value } = await evaluate(divergenceProgram(divergence, [4]), inputs);
    expect(value[0]).toBeCloseTo(expected, digits);
  });

  test.each([forwardKl, reverseKl])("$name of [.9, .1] and [.1, .9] is .8 ln 9, as in TRL's tests", async (divergence) => {
    const inputs = { teacher: Float32Array.from([0.9, 0.1], Math.log), student: Float32Array.from([0.1, 0.9], Math.log) };
    const { value } = await evaluate(divergenceProgram(divergence, [2]), inputs);
    expect(value[0]).toBeCloseTo(1.7577797, 5);
  });

  test("JSD(beta) / beta tends to forward KL and JSD(beta) / (1 - beta) to reverse KL, in value and gradient", async () => {
    const small = 2 ** -10;
    const [forward, reverse, first, last] = await measure(evaluate, [forwardKl, reverseKl, jsd(small), jsd(1 - small)], mild);
    for (const of of ["value", "gradient"] as const) {
      const scaled = (x: readonly number[]): number[] => x.map((value) => value / small);
      expectClose(scaled(first![of]), forward![of], 0.03);
      expectClose(scaled(last![of]), reverse![of], 0.03);
    }
  });

  test("the skew KLs without skew are the KLs", async () => {
    const [forward, reverse, skew, skewReverse] = await measure(evaluate, [forwardKl, reverseKl, skewKl(0), skewReverseKl(0)]);
    for (const of of ["value", "gradient"] as const) {
      expectClose(skew![of], forward![of], 2e-6);
      expectClose(skewReverse![of], reverse![of], 2e-6);
    }
  });

  test.each([0.2, 0.5, 0.9])("JSD(%d) is its share of the two skew KLs", async (beta) => {
    const [whole, skew, skewReverse] = await measure(evaluate, [jsd(beta), skewKl(beta), skewReverseKl(1 - beta)]);
    for (const of of ["value", "gradient"] as const) expectClose(whole![of], combined(beta, skew![of], 1 - beta, skewReverse![of]), 1e-6);
  });

  test("Jeffreys is the sum of forward and reverse KL", async () => {
    const [whole, forward, reverse] = await measure(evaluate, [jeffreys, forwardKl, reverseKl]);
    for (const of of ["value", "gradient"] as const) expectClose(whole![of], combined(1, forward![of], 1, reverse![of]), 2e-6);
  });

  test("adaptive KL weighs both KLs by the share of the gap on the head, in value and gradient", async () => {
    const [adaptive, forward, reverse] = await measure(evaluate, [adaptiveKl(), forwardKl, reverseKl]);
    for (let i = 0; i < count; i += 1) {
      const position = (x: ArrayLike<number>): number[] => Array.from(x).slice(i * V, (i + 1) * V);
      const weight = headGapShare(0.5)(position(apart.teacher), position(apart.student));
      expectClose([adaptive!.value[i]!], combined(weight, [forward!.value[i]!], 1 - weight, [reverse!.value[i]!]), 2e-6);
      expectClose(
        position(adaptive!.gradient),
        combined(weight, position(forward!.gradient), 1 - weight, position(reverse!.gradient)),
        2e-6,
      );
    }
  });

  test("alpha-beta has the KLs at its corners, and on the line between them it is a function of Rényi's", async () => {
    const [forward, reverse, corner, opposite, alpha, order] = await measure(evaluate, [
      forwardKl,
      reverseKl,
      alphaBeta(1, 0),
      alphaBeta(0, 1),
      alphaBeta(0.3, 0.7),
      renyi(0.3),
    ]);
    for (const of of ["value", "gradient"] as const) {
      expectClose(corner![of], forward![of], 2e-6);
      expectClose(opposite![of], reverse![of], 2e-6);
    }
    expectClose(
      alpha!.value,
      order!.value.map((x) => (1 - Math.exp(-0.7 * x)) / (0.3 * 0.7)),
      2e-6,
    );
  });

  test("Rényi grows with its order, through forward KL; at one half it is symmetric", async () => {
    const orders = [renyi(0.2), renyi(0.5), renyi(0.9), forwardKl, renyi(1.1), renyi(3)];
    const values = (await measure(evaluate, orders)).map(({ value }) => value);
    for (const [i, larger] of values.slice(1).entries()) expectAtMost(values[i]!, larger);
    const students = Float32Array.from(Array.from({ length: count }, (_, i) => logSoftmax(apart.student.slice(i * V, (i + 1) * V))).flat());
    const [swapped] = await measure(evaluate, [renyi(0.5)], { teacher: students, student: apart.teacher });
    expectClose(swapped!.value, values[1]!, 2e-6);
  });

  test("total variation is bounded by either KL (Pinsker), by JSD, and by 1", async () => {
    const [distance, forward, reverse, half] = await measure(evaluate, [totalVariation, forwardKl, reverseKl, jsd(0.5)]);
    const squares = distance!.value.map((x) => x ** 2);
    for (const { value } of [forward!, reverse!]) {
      expectAtMost(
        squares,
        value.map((x) => x / 2),
      );
    }
    expectAtMost(
      squares,
      half!.value.map((x) => 2 * x),
    );
    expectAtMost(
      half!.value,
      distance!.value.map((x) => Math.LN2 * x),
    );
    expect(Math.max(...distance!.value)).toBeLessThan(1);
    expect(Math.max(...distance!.value)).toBeGreaterThan(0.8);
  });

  test("a mixture is nearer than the other distribution, and never far", async () => {
    const alpha = 0.3;
    const [forward, reverse, skew, skewReverse, both, whole] = await measure(evaluate, [
      forwardKl,
      reverseKl,
      skewKl(alpha),
      skewReverseKl(alpha),
      jeffreys,
      jsd(alpha),
    ]);
    for (const [mixture, plain] of [
      [skew!, forward!],
      [skewReverse!, reverse!],
    ] as const) {
      expectAtMost(
        mixture.value,
        plain.value.map((x) => Math.min((1 - alpha) * x, -Math.log(alpha))),
      );
    }
    expectAtMost(
      whole!.value,
      both!.value.map((x) => Math.min(alpha * (1 - alpha) * x, Math.LN2)),
    );
  });

  test.each([
    ["forward KL", forwardKl, 1],
    ["reverse KL", reverseKl, 1],
    ["Jeffreys", jeffreys, 2],
    ["JSD", jsd(0.9), 0.09],
    ["normalized JSD", jsd(0.9, "normalized"), 1],
    ["skew KL", skewKl(0.6), 0.16],
    ["normalized skew KL", skewKl(0.6, "normalized"), 1],
    ["skew reverse KL", skewReverseKl(0.6), 0.16],
    ["normalized skew reverse KL", skewReverseKl(0.6, "normalized"), 1],
    ["alpha-beta on the line of f-divergences", alphaBeta(0.4, 0.6), 1],
    ["Rényi", renyi(3), 3],
    ["normalized Rényi", renyi(3, "normalized"), 1],
    ["adaptive KL", adaptiveKl(), 1],
  ])("near agreement %s pulls like forward KL, times its curvature", async (_, divergence, curvature) => {
    const [pull, forward] = await measure(evaluate, [divergence, forwardKl], close);
    const expected = forward!.gradient.map((x) => curvature * x);
    expect(norm(combined(1, pull!.gradient, -1, expected)) / norm(expected)).toBeLessThan(0.1);
  });
});
