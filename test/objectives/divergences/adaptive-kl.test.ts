/** Tests of adaptive KL. */
import { describe, expect, test } from "vitest";
import { adaptiveKl } from "../../../src/objectives/divergences/adaptive-kl.ts";
import { divergenceLaws, divergenceProgram } from "../../laws/divergence.laws.ts";
import { engines } from "../../laws/evaluate.ts";
import * as reference from "../reference.ts";

const logs = (probabilities: readonly number[]): Float32Array => Float32Array.from(probabilities, Math.log);

describe.each(engines)("adaptive KL on $name", ({ evaluate }) => {
  for (const mu of [0.5, 0.8]) {
    divergenceLaws(adaptiveKl(mu), {
      reference: reference.adaptiveKl(mu),
      held: (teacher, student) => reference.weightedKls(reference.headGapShare(mu)(teacher, student)),
      evaluate,
    });
  }

  /** The weight of forward KL, out of the value. */
  const weightOf = async (teacher: readonly number[], student: readonly number[], mu?: number): Promise<number> => {
    const { value } = await evaluate(divergenceProgram(adaptiveKl(mu), [teacher.length]), {
      teacher: logs(teacher),
      student: logs(student),
    });
    const forward = reference.forwardKl(logs(teacher), logs(student));
    const reverse = reference.reverseKl(logs(teacher), logs(student));
    return (value[0]! - reverse) / (forward - reverse);
  };

  test.each([
    ["the token that crosses mu is outside of the head", [0.3, 0.15, 0.25, 0.3 - 1e-3, 1e-3], 0.5, [0]],
    ["tokens that stay below mu are inside", [0.05, 0.4, 0.3, 0.15, 0.1], 0.75, [1, 2]],
    ["the likeliest is inside even when it alone crosses mu", [0.1, 0.6, 0.2, 0.06, 0.04], 0.5, [1]],
    ["tied tokens are outside together", [0.3, 0.2, 0.2, 0.2, 0.1], 0.6, [0]],
    ["the likeliest are inside together", [0.22, 0.34, 0.34, 0.06, 0.04], 0.5, [1, 2]],
    ["mu near 1 leaves only the last outside", [0.4, 0.3, 0.2, 0.09, 0.01], 0.995, [0, 1, 2, 3]],
  ])("%s", async (_, teacher, mu, head) => {
    const student = [0.12, 0.11, 0.4, 0.06, 0.31];
    const gaps = teacher.map((p, i) => Math.abs(p - student[i]!));
    const all = gaps.reduce((sum, gap) => sum + gap, 0);
    const expected = head.reduce((sum, i) => sum + gaps[i]!, 0) / all;
    expect(await weightOf(teacher, student, mu)).toBeCloseTo(expected, 4);
  });

  test("levels that differ in the sixth digit are told apart in a large vocabulary", async () => {
    const V = 2000;
    // 1000 tokens of a little more than 0.0005 each, and 1000 of a little less: the head of mu = 0.6 ends between the two.
    const teacher = Float32Array.from({ length: V }, (_, i) => Math.log((1 + (i % 2 === 0 ? 1e-5 : -1e-5)) / V));
    const student = Float32Array.from({ length: V }, (_, i) => (i % 2 === 0 ? 0.5 : i % 4 === 1 ? 0 : -1));
    const { value } = await evaluate(divergenceProgram(adaptiveKl(0.6), [V]), { teacher, student });
    const mass = Array.from(teacher.filter((_, i) => i % 2 === 0)).reduce((sum, logP) => sum + Math.exp(logP), 0);
    expect(mass).toBeGreaterThan(0.5);
    const q = reference.logSoftmax(student);
    const gap = (parity: number): number =>
      q.reduce((sum, logQ, i) => (i % 2 === parity ? sum + Math.abs(Math.exp(teacher[i]!) - Math.exp(logQ)) : sum), 0);
    const weight = gap(0) / (gap(0) + gap(1));
    expect(value[0]).toBeCloseTo(reference.weightedKls(weight)(teacher, student), 4);
  });

  test("merging tokens can raise it: a tail bucket is rightly refused", async () => {
    const [teacher, student] = [
      [0.27, 0.31, 0.17, 0.25],
      [0.03, 0.33, 0.27, 0.37],
    ] as const;
    const whole = await evaluate(divergenceProgram(adaptiveKl(), [4]), { teacher: logs(teacher), student: logs(student) });
    const merge = ([a, b, c, d]: readonly number[]): Float32Array => logs([a!, b!, c! + d!]);
    const merged = await evaluate(divergenceProgram(adaptiveKl(), [3]), { teacher: merge(teacher), student: merge(student) });
    expect(merged.value[0]).toBeGreaterThan(whole.value[0]! * 1.2);
  });
});

test("the tail is refused with the reason", () => {
  expect(adaptiveKl().refusesTail).toMatch(/likeliest/);
});

test.each([0, 1, -0.5, Number.NaN])("a head of mass %d is refused", (headMass) => {
  expect(() => adaptiveKl(headMass)).toThrow(RangeError);
  expect(() => adaptiveKl(headMass)).toThrow(`adaptive-kl: expected headMass inside (0, 1), got ${headMass}; with all`);
});

test("the name holds the mass of the head, a half when none is given", () => {
  expect([adaptiveKl().name, adaptiveKl(0.8).name]).toEqual(["adaptive-kl-0.5", "adaptive-kl-0.8"]);
});
