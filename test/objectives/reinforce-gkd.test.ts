/** Tests of RL with on-policy distillation. */
import { describe, expect, test } from "vitest";
import { shapedAdvantages } from "../../src/objectives/advantages/shaped.ts";
import { averages } from "../../src/objectives/arithmetic/averages.ts";
import { leaveOneOut } from "../../src/objectives/baselines/leave-one-out.ts";
import { distillation } from "../../src/objectives/distillation.ts";
import { jsd } from "../../src/objectives/divergences/jsd.ts";
import { reverseKl } from "../../src/objectives/divergences/reverse-kl.ts";
import { reinforceGkd } from "../../src/objectives/reinforce-gkd.ts";
import { reinforce } from "../../src/objectives/reinforce.ts";
import { objectiveLaws, objectiveProgram } from "../laws/objective.laws.ts";
import { engines } from "../laws/evaluate.ts";

const parts = { advantages: shapedAdvantages({ baseline: leaveOneOut }), divergence: reverseKl };

const batch = {
  studentLogits: Float32Array.of(0.5, -1, 2, 0, 1, 0, 1, 1, 0, 0.3, 0.2, -0.1),
  targets: Int32Array.of(0, 1, 2, 2),
  completionMask: Float32Array.of(1, 1, 0, 1),
  teacherLogProbs: Float32Array.of(0.2, 0.3, 0.5, 0.6, 0.2, 0.2, 0.1, 0.1, 0.8, 0.3, 0.3, 0.4).map(Math.log),
  advantages: Float32Array.of(1.5, -1),
};

describe.each(engines)("RL with GKD on $name", ({ evaluate }) => {
  const run = (objective: Parameters<typeof objectiveProgram>[0]) => evaluate(objectiveProgram(objective, [2, 2, 3]), batch);

  objectiveLaws(reinforceGkd({ alpha: 0.25, ...parts }), {
    evaluate,
    metrics: ["objective/reinforce", "objective/distillation", "divergence/reverse-kl", "policy/entropy"],
  });

  test.each([
    [0, reinforce({ advantages: shapedAdvantages({ baseline: leaveOneOut }) })],
    [1, distillation({ divergence: reverseKl })],
  ])("alpha %d is one term alone, in every output", async (alpha, alone) => {
    expect(await run(reinforceGkd({ alpha, ...parts }))).toEqual(await run(alone));
  });

  test("loss and gradient are linear in alpha", async () => {
    const divergence = jsd(0.9, "normalized");
    const ends = await Promise.all([0, 1].map((alpha) => run(reinforceGkd({ ...parts, divergence, alpha }))));
    for (const alpha of [0.1, 0.5, 0.8]) {
      const between = await run(reinforceGkd({ ...parts, divergence, alpha }));
      for (const name of ["loss", "gradient"]) {
        for (const [i, x] of between[name]!.entries()) {
          expect(x).toBeCloseTo((1 - alpha) * ends[0]![name]![i]! + alpha * ends[1]![name]![i]!, 6);
        }
      }
    }
  });

  test("each term has its own average, and both have the student's temperature", async () => {
    const settings = { studentTemperature: 2 };
    const whole = await run(
      reinforceGkd({ ...parts, alpha: 0.5, policyAverage: averages.sum, divergenceAverage: averages.token, ...settings }),
    );
    const policy = await run(reinforce({ advantages: shapedAdvantages({ baseline: leaveOneOut }), average: averages.sum, ...settings }));
    const teacher = await run(distillation({ divergence: reverseKl, average: averages.token, ...settings }));
    expect(whole["objective/reinforce"]).toEqual(policy["loss"]);
    expect(whole["objective/distillation"]).toEqual(teacher["loss"]);
  });
});

describe("what it needs", () => {
  test.each([
    [0, ["advantages"]],
    [0.5, ["advantages", "teacherLogProbs"]],
    [1, ["teacherLogProbs"]],
  ])("at alpha %d: %j", (alpha, needs) => {
    const objective = reinforceGkd({ alpha, ...parts });
    expect(objective.needs).toEqual(needs);
    expect(objective.advantages).toBe(alpha === 1 ? undefined : parts.advantages);
    expect(objective.name).toBe("reinforce-gkd");
  });

  test("topK reaches the teacher's term", () => {
    const objective = reinforceGkd({ alpha: 0.5, ...parts, topK: 2 });
    expect(objective.needs).toEqual(["advantages", "teacherTopKIds", "teacherTopKLogProbs"]);
    expect(objective.topK).toBe(2);
    expect(reinforceGkd({ alpha: 0, ...parts, topK: 2 })).not.toHaveProperty("topK");
  });

  test.each([-0.01, 1.01, Number.NaN])("alpha %d is refused", (alpha) => {
    expect(() => reinforceGkd({ alpha, ...parts })).toThrow(/alpha: expected a number in \[0, 1\]/);
  });
});
