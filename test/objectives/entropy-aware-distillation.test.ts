/** Tests of entropy-aware distillation: the laws, the gate, and the cases in which it is distillation. */
import { describe, expect, test } from "vitest";
import { averages } from "../../src/objectives/arithmetic/averages.ts";
import { distillation } from "../../src/objectives/distillation.ts";
import { jeffreys } from "../../src/objectives/divergences/jeffreys.ts";
import { reverseKl } from "../../src/objectives/divergences/reverse-kl.ts";
import { entropyAwareDistillation } from "../../src/objectives/entropy-aware-distillation.ts";
import { engines } from "../laws/evaluate.ts";
import { objectiveLaws, objectiveProgram } from "../laws/objective.laws.ts";
import { forwardKl, reverseKl as exactReverseKl } from "./reference.ts";

/** [1, 3, 3]: a teacher that is sure, then undecided, then a position of padding. */
const V = 3;
const studentLogits = Float32Array.of(0.5, -1, 2, 0, 1, 0, 1, 2, 3);
const teacher = [
  [0.96, 0.02, 0.02],
  [0.5, 0.3, 0.2],
  [0.4, 0.3, 0.3],
].map((probabilities) => probabilities.map(Math.log));
const entropies = teacher.map((logProbs) => -logProbs.reduce((sum, logP) => sum + Math.exp(logP) * logP, 0));
const batch = {
  studentLogits,
  teacherLogProbs: Float32Array.from(teacher.flat()),
  targets: new Int32Array(3),
  completionMask: Float32Array.of(1, 1, 0),
};
const logits = (position: number): Float32Array => studentLogits.slice(V * position, V * position + V);
const metrics = [
  "objective/entropy-aware-distillation",
  "divergence/reverse-kl",
  "divergence/forward-kl",
  "teacher/entropy",
  "teacher/undecided",
  "policy/entropy",
];

describe.each(engines)("entropy-aware distillation on $name", ({ evaluate }) => {
  const run = (objective: Parameters<typeof objectiveProgram>[0], changes: Partial<typeof batch> = {}) =>
    evaluate(objectiveProgram(objective, [1, 3, V]), { ...batch, ...changes });

  objectiveLaws(entropyAwareDistillation(), { evaluate, metrics });
  objectiveLaws(entropyAwareDistillation({ threshold: 1, forwardWeight: 0.5, average: averages.token, studentTemperature: 0.7 }), {
    evaluate,
    metrics,
  });

  test("reverse KL at every token, and forward KL times its weight where the teacher's entropy is above the threshold", async () => {
    expect(entropies[0]).toBeLessThan(0.8);
    expect(entropies[1]).toBeGreaterThan(0.8);
    const reverse = [0, 1].map((position) => exactReverseKl(teacher[position]!, logits(position)));
    const forward = [0, 1].map((position) => forwardKl(teacher[position]!, logits(position)));
    for (const forwardWeight of [1, 0.25]) {
      const result = await run(entropyAwareDistillation({ forwardWeight }));
      expect(result["loss"]![0]).toBeCloseTo((reverse[0]! + reverse[1]! + forwardWeight * forward[1]!) / 2, 5);
      expect(result["divergence/reverse-kl"]![0]).toBeCloseTo((reverse[0]! + reverse[1]!) / 2, 5);
      expect(result["divergence/forward-kl"]![0]).toBeCloseTo((forward[0]! + forward[1]!) / 2, 5);
      expect(result["teacher/entropy"]![0]).toBeCloseTo((entropies[0]! + entropies[1]!) / 2, 5);
      expect(result["teacher/undecided"]![0]).toBeCloseTo(0.5, 6);
    }
  });

  test("the entropy is the teacher's: the student's temperature does not move the gate", async () => {
    const result = await run(entropyAwareDistillation({ studentTemperature: 20 }));
    expect(result["teacher/undecided"]![0]).toBeCloseTo(0.5, 6);
    const warm = [0, 1].map((position) =>
      exactReverseKl(
        teacher[position]!,
        logits(position).map((z) => z / 20),
      ),
    );
    expect(result["divergence/reverse-kl"]![0]).toBeCloseTo((warm[0]! + warm[1]!) / 2, 5);
  });

  test("above every entropy it is distillation by reverse KL, at 0 by Jeffreys' divergence", async () => {
    const [high, reverse] = await Promise.all([
      run(entropyAwareDistillation({ threshold: Math.log(V) })),
      run(distillation({ divergence: reverseKl })),
    ]);
    const [low, both] = await Promise.all([run(entropyAwareDistillation({ threshold: 0 })), run(distillation({ divergence: jeffreys }))]);
    for (const name of ["loss", "gradient"]) {
      for (const [i, x] of reverse[name]!.entries()) expect(high[name]![i]).toBeCloseTo(x, 6);
      for (const [i, x] of both[name]!.entries()) expect(low[name]![i]).toBeCloseTo(x, 5);
    }
  });

  test("logits of 80 and teacher log-probs of -200 give finite numbers", async () => {
    const result = await run(entropyAwareDistillation({ threshold: 0 }), {
      studentLogits: Float32Array.of(80, -80, 0, -80, 80, 80, 0, 0, 0),
      teacherLogProbs: Float32Array.of(-200, 0, -200, 0, -200, -200, 0, 0, 0),
    });
    for (const values of Object.values(result)) expect(values.every(Number.isFinite)).toBe(true);
  });
});

test.each([
  [{ threshold: -0.1 }, /entropy-aware-distillation: expected a threshold of at least 0 nats, got -0.1/u],
  [{ threshold: Number.NaN }, /threshold/u],
  [{ forwardWeight: 0 }, /expected a forwardWeight above 0, got 0; for reverse KL alone use distillation/u],
  [{ forwardWeight: Number.POSITIVE_INFINITY }, /forwardWeight/u],
  [{ studentTemperature: 0 }, /entropy-aware-distillation: expected a student temperature above 0/u],
])("%j is refused", (parameters, message) => {
  expect(() => entropyAwareDistillation(parameters)).toThrow(message);
});
