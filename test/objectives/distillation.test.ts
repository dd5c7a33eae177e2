/** Tests of distillation: the laws, and agreement with TRL's GKDTrainer. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { averages } from "../../src/objectives/arithmetic/averages.ts";
import { distillation } from "../../src/objectives/distillation.ts";
import type { Divergence } from "../../src/objectives/divergences/divergence.ts";
import { forwardKl } from "../../src/objectives/divergences/forward-kl.ts";
import { jsd } from "../../src/objectives/divergences/jsd.ts";
import { reverseKl } from "../../src/objectives/divergences/reverse-kl.ts";
import { objectiveLaws, objectiveProgram } from "../laws/objective.laws.ts";
import { engines } from "../laws/evaluate.ts";
import { logSoftmax } from "./reference.ts";

interface Golden {
  readonly source: string;
  readonly student_logits: readonly (readonly number[])[];
  readonly teacher_logits: readonly (readonly number[])[];
  /** -100 where TRL masks. */
  readonly labels: readonly number[];
  readonly cases: readonly {
    readonly beta: number;
    readonly temperature: number;
    readonly loss: number;
    readonly grad_student_logits: readonly (readonly number[])[];
  }[];
}
const golden = JSON.parse(readFileSync(new URL("../fixtures/golden/generalized-jsd.json", import.meta.url), "utf8")) as Golden;

/** TRL switches formula at the ends of beta. */
const divergenceOf = (beta: number): Divergence => (beta === 0 ? forwardKl : beta === 1 ? reverseKl : jsd(beta));

describe.each(engines)("distillation on $name", ({ evaluate }) => {
  for (const divergence of [forwardKl, reverseKl, jsd(0.9)]) {
    const metrics = ["objective/distillation", `divergence/${divergence.name}`, "policy/entropy"];
    objectiveLaws(distillation({ divergence }), { evaluate, metrics });
  }
  objectiveLaws(distillation({ divergence: reverseKl, average: averages.token, studentTemperature: 0.7 }), {
    evaluate,
    metrics: ["objective/distillation", "divergence/reverse-kl", "policy/entropy"],
  });
  for (const topK of [1, 2]) {
    objectiveLaws(distillation({ divergence: jsd(0.9), topK }), {
      evaluate,
      metrics: ["objective/distillation", "divergence/jsd-0.9", "policy/entropy"],
    });
  }

  test.each(golden.cases)("TRL: beta $beta, temperature $temperature", async ({ beta, temperature, loss, grad_student_logits }) => {
    const objective = distillation({ divergence: divergenceOf(beta), average: averages.token, studentTemperature: temperature });
    const [T, V] = [golden.labels.length, golden.student_logits[0]!.length];
    const result = await evaluate(objectiveProgram(objective, [1, T, V]), {
      studentLogits: Float32Array.from(golden.student_logits.flat()),
      teacherLogProbs: Float32Array.from(golden.teacher_logits.flatMap((row) => logSoftmax(row.map((z) => z / temperature)))),
      targets: new Int32Array(T),
      completionMask: Float32Array.from(golden.labels, (label) => (label === -100 ? 0 : 1)),
      advantages: new Float32Array(1),
    });
    expect(Math.abs(result["loss"]![0]! - loss)).toBeLessThan(1e-6);
    for (const [i, expected] of grad_student_logits.flat().entries()) {
      expect(Math.abs(result["gradient"]![i]! - expected)).toBeLessThan(1e-6);
    }
  });

  test("by sequence every sequence weighs the same, and the metric is the mean over tokens", async () => {
    const V = 3;
    const teacher = Float32Array.from(
      [
        [2, 0, 0],
        [0, 2, 0],
        [0, 0, 3],
        [0, 0, 0],
      ].flatMap((z) => logSoftmax(z)),
    );
    const batch = {
      studentLogits: new Float32Array(12),
      teacherLogProbs: teacher,
      targets: new Int32Array(4),
      completionMask: Float32Array.of(1, 1, 1, 0),
      advantages: new Float32Array(2),
    };
    const nats = [0, 1, 2].map((position) => {
      const p = teacher.slice(V * position, V * position + V);
      return p.reduce((sum, logP) => sum + Math.exp(logP) * (logP + Math.log(V)), 0);
    });
    const result = await evaluate(objectiveProgram(distillation({ divergence: forwardKl }), [2, 2, V]), batch);
    expect(result["loss"]![0]).toBeCloseTo(((nats[0]! + nats[1]!) / 2 + nats[2]!) / 2, 6);
    expect(result["divergence/forward-kl"]![0]).toBeCloseTo((nats[0]! + nats[1]! + nats[2]!) / 3, 6);
    expect(result["policy/entropy"]![0]).toBeCloseTo(Math.log(V), 6);
  });
});

test("with topK it reads those scores alone, and the divergence must be defined on them", () => {
  const objective = distillation({ divergence: forwardKl, topK: 5 });
  expect(objective).toMatchObject({ needs: ["teacherTopKIds", "teacherTopKLogProbs"], topK: 5 });
  expect(distillation({ divergence: forwardKl })).not.toHaveProperty("topK");
  for (const topK of [0, -1, 1.5]) {
    expect(() => distillation({ divergence: forwardKl, topK })).toThrow(/expected a whole topK of at least 1, got/);
  }
  const refusing = { ...forwardKl, refusesTail: "single tokens matter" };
  expect(() => distillation({ divergence: refusing, topK: 2 })).toThrow(/single tokens matter/);
  expect(distillation({ divergence: refusing }).needs).toEqual(["teacherLogProbs"]);
});

test("a temperature of zero is refused", () => {
  expect(() => distillation({ divergence: forwardKl, studentTemperature: 0 })).toThrow(/distillation: expected a student temperature/);
});
