/** Tests of on-policy distillation by policy gradient: its laws, and its expected gradient by enumeration. */
import { describe, expect, test } from "vitest";
import { averages } from "../../src/objectives/arithmetic/averages.ts";
import { distillation } from "../../src/objectives/distillation.ts";
import { reverseKl as reverseKlDivergence } from "../../src/objectives/divergences/reverse-kl.ts";
import { onPolicyDistillation } from "../../src/objectives/on-policy-distillation.ts";
import { engines, type Evaluate } from "../laws/evaluate.ts";
import { objectiveLaws, objectiveProgram } from "../laws/objective.laws.ts";
import {
  atPrefixes,
  cosine,
  expectedGradient,
  expectSame,
  forms,
  gradientOf,
  near,
  probabilitiesOf,
  rowGradients,
  sequenceKl,
  tableOf,
  targetSignal,
  teacherSignal,
  variance,
  type Completion,
  type Table,
} from "./enumeration.ts";
import { logSoftmax, reverseKl } from "./reference.ts";

const metrics = ["objective/on-policy-distillation", "policy/teacher-kl", "policy/entropy"];
const student = tableOf("student");
const teacher = tableOf("target");
const behavior = near(student, "behavior", 0.5);

const gradients = (evaluate: Evaluate, discount: number, completions: readonly Completion[], drawnBy: Table = student) =>
  rowGradients(evaluate, onPolicyDistillation({ discount, average: averages.sum }), student, completions, {
    teacherLogProbs: teacherSignal(teacher, completions),
    behaviorLogProbs: targetSignal(drawnBy, completions),
  });

describe.each(engines)("on-policy distillation on $name", ({ evaluate }) => {
  objectiveLaws(onPolicyDistillation(), { evaluate, metrics });
  objectiveLaws(onPolicyDistillation({ discount: 0.9, average: averages.token, studentTemperature: 1.5 }), { evaluate, metrics });

  describe.each(forms)("with %s", (_, completions) => {
    const q = probabilitiesOf(student, completions);
    const prefixes = (towards: Table, drawnBy: Table = student): number[] =>
      gradientOf((table) => atPrefixes(reverseKl, { drawnBy, teacher: towards, student: table }, completions), student);

    test("at discount 0 it is distillation with reverse KL on the student's sequences, at more variance", async () => {
      const sampled = await gradients(evaluate, 0, completions);
      const whole = await rowGradients(
        evaluate,
        distillation({ divergence: reverseKlDivergence, average: averages.sum }),
        student,
        completions,
        {
          teacherLogProbs: teacherSignal(teacher, completions),
        },
      );
      expectSame(expectedGradient(q, sampled), prefixes(teacher));
      expectSame(expectedGradient(q, whole), prefixes(teacher));
      expect(variance(q, whole)).toBeLessThan(0.5 * variance(q, sampled));
    });

    test("at discount 1 it is the gradient of the KL of whole sequences", async () => {
      const exact = gradientOf((table) => sequenceKl(table, teacher, completions), student);
      expectSame(expectedGradient(q, await gradients(evaluate, 1, completions)), exact);
      expect(cosine(prefixes(teacher), exact)).toBeLessThan(0.995);
    });

    test("for stale tokens it also rewards leaving the behavior: the KL to the teacher minus that to the behavior, at its prefixes", async () => {
      const found = expectedGradient(probabilitiesOf(behavior, completions), await gradients(evaluate, 0, completions, behavior));
      const away = prefixes(behavior, behavior);
      expectSame(
        found,
        prefixes(teacher, behavior).map((g, x) => g - away[x]!),
      );
      expect(Math.max(...away.map(Math.abs))).toBeGreaterThan(0.01);
    });
  });
});

/** [2, 2, 3]; the student drew the first row. */
const batch = {
  studentLogits: Float32Array.of(0.5, -1, 2, 0, 1, 0, -2, 0.3, 1, 9, 9, 9),
  targets: Int32Array.of(0, 1, 2, 0),
  completionMask: Float32Array.of(1, 1, 1, 0),
  teacherLogProbs: Float32Array.of(0.2, 0.3, 0.5, 0.6, 0.2, 0.2, 0.1, 0.1, 0.8, 0.2, 0.4, 0.4).map(Math.log),
  behaviorLogProbs: Float32Array.of(-2, -0.3, 0, 0),
  fromStudent: Float32Array.of(1, 0),
};

describe.each(engines)("on-policy distillation of one batch on $name", ({ evaluate }) => {
  const run = (discount: number, changed: Partial<typeof batch> = {}) =>
    evaluate(objectiveProgram(onPolicyDistillation({ discount, average: averages.sum }), [2, 2, 3]), { ...batch, ...changed });

  test("it is the ratio times what behavior and teacher differ by, over the student's tokens", async () => {
    const ratio = (position: number): number =>
      Math.exp(
        logSoftmax(batch.studentLogits.slice(3 * position, 3 * position + 3))[batch.targets[position]!]! -
          batch.behaviorLogProbs[position]!,
      );
    const [a, b] = [-2 - Math.log(0.2), -0.3 - Math.log(0.2)];
    for (const discount of [0, 0.5, 1]) {
      const { loss, gradient, ...reported } = await run(discount);
      expect(loss![0]).toBeCloseTo((ratio(0) * (a + discount * b) + ratio(1) * b) / 2, 5);
      expect(reported["policy/teacher-kl"]![0]).toBeCloseTo((a + b) / 2, 5);
      expect([...gradient!].map((g) => g !== 0)).toEqual(Array.from({ length: 12 }, (_, i) => i < 6));
    }
  });

  test("nothing overflows at a teacher that rules its token out", async () => {
    const outputs = await run(1, {
      teacherLogProbs: new Float32Array(12).fill(-200),
      studentLogits: batch.studentLogits.map((z) => 40 * z),
    });
    for (const value of Object.values(outputs)) expect([...value].every(Number.isFinite)).toBe(true);
  });
});

test("it reads no later token unless it is told to", async () => {
  const { evaluate } = engines[0]!;
  const [standard, own] = await Promise.all(
    [onPolicyDistillation(), onPolicyDistillation({ discount: 0 })].map((objective) =>
      evaluate(objectiveProgram(objective, [2, 2, 3]), batch),
    ),
  );
  expect(standard!["gradient"]).toEqual(own!["gradient"]);
});

test("settings outside their ranges are refused", () => {
  for (const discount of [-0.1, 1.1])
    expect(() => onPolicyDistillation({ discount })).toThrow(/on-policy-distillation: expected a discount in \[0, 1\]/);
  expect(() => onPolicyDistillation({ studentTemperature: 0 })).toThrow(/on-policy-distillation: expected a student temperature/);
});
