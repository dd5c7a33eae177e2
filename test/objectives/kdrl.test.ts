/** Tests of KDRL: its laws, and that the teacher's part is the reverse KL with a weight that moves. */
import { describe, expect, test } from "vitest";
import { averages } from "../../src/objectives/arithmetic/averages.ts";
import { grpo } from "../../src/objectives/grpo.ts";
import { kdrl } from "../../src/objectives/kdrl.ts";
import { engines } from "../laws/evaluate.ts";
import { objectiveLaws, objectiveProgram } from "../laws/objective.laws.ts";
import {
  atPrefixes,
  expectedGradient,
  expectSame,
  forms,
  gradientOf,
  near,
  probabilitiesOf,
  rewardsOf,
  rowGradients,
  tableOf,
  targetSignal,
  teacherSignal,
} from "./enumeration.ts";
import { reverseKl } from "./reference.ts";

const metrics = ["policy-gradient", "sampled-kl"]
  .map((term) => `objective/${term}`)
  .concat(["ratio", "cut", "behavior-kl", "teacher-kl", "entropy"].map((name) => `policy/${name}`))
  .concat(["weight/sampled-kl"]);

const student = tableOf("student");
const teacher = tableOf("target");

describe.each(engines)("KDRL on $name", ({ evaluate }) => {
  objectiveLaws(kdrl({ clip: { low: 0.2, high: 0.3 }, studentTemperature: 1.5 }), { evaluate, metrics, surrogate: true });

  test.each(forms)(
    "with %s: GRPO without a reference, and beta of the moment times the reverse KL to the teacher",
    async (_, completions) => {
      const q = probabilitiesOf(student, completions);
      const signals = {
        advantages: Float32Array.from(rewardsOf(completions), (reward) => reward - 1.5),
        behaviorLogProbs: targetSignal(student, completions),
        teacherLogProbs: teacherSignal(teacher, completions),
        progress: Float32Array.of(0.25),
      };
      const expected = async (objective: Parameters<typeof rowGradients>[1]): Promise<number[]> =>
        expectedGradient(q, await rowGradients(evaluate, objective, student, completions, signals));
      const rewarded = await expected(grpo({ beta: 0, average: averages.sum }));
      const taught = gradientOf((table) => atPrefixes(reverseKl, { drawnBy: student, teacher, student: table }, completions), student);
      expectSame(
        await expected(kdrl({ beta: { from: 1, to: 0.2 }, average: averages.sum })),
        rewarded.map((g, x) => g + 0.8 * taught[x]!),
      );
    },
  );

  test.each(forms)("with %s that older weights drew: the reverse KL at the prefixes as they were drawn", async (_, completions) => {
    const older = near(student, "behavior", 0.5);
    const found = await rowGradients(evaluate, kdrl({ beta: 1, average: averages.sum }), student, completions, {
      advantages: new Float32Array(completions.length),
      behaviorLogProbs: targetSignal(older, completions),
      teacherLogProbs: teacherSignal(teacher, completions),
    });
    const claimed = gradientOf((table) => atPrefixes(reverseKl, { drawnBy: older, teacher, student: table }, completions), student);
    expectSame(expectedGradient(probabilitiesOf(older, completions), found), claimed);
  });

  test("the teacher's weight falls from 5e-3 to 1e-3 over the run", async () => {
    const batch = {
      studentLogits: Float32Array.of(0.5, -1, 2),
      targets: Int32Array.of(1),
      completionMask: Float32Array.of(1),
      teacherLogProbs: Float32Array.of(-1, -1.2, -1.1),
      behaviorLogProbs: Float32Array.of(-3),
      fromStudent: Float32Array.of(1),
      advantages: Float32Array.of(0),
    };
    const weights = await Promise.all(
      [0, 0.5, 1].map(async (progress) => {
        const outputs = await evaluate(objectiveProgram(kdrl(), [1, 1, 3]), { ...batch, progress: Float32Array.of(progress) });
        expect(outputs["loss"]![0]).toBeCloseTo(outputs["weight/sampled-kl"]![0]! * outputs["objective/sampled-kl"]![0]!, 8);
        return outputs["weight/sampled-kl"]![0]!;
      }),
    );
    for (const [i, weight] of [5e-3, 3e-3, 1e-3].entries()) expect(weights[i]).toBeCloseTo(weight, 8);
  });
});

test("both terms are averaged by token unless told otherwise", async () => {
  const batch = {
    studentLogits: Float32Array.from({ length: 12 }, (_, i) => Math.sin(i)),
    targets: Int32Array.of(0, 1, 2, 0),
    completionMask: Float32Array.of(1, 1, 1, 0),
    teacherLogProbs: new Float32Array(12).fill(Math.log(1 / 3)),
    behaviorLogProbs: Float32Array.of(-1, -0.5, -2, 0),
    fromStudent: Float32Array.of(1, 1),
    advantages: Float32Array.of(1, -1),
    progress: Float32Array.of(0),
  };
  const { evaluate } = engines[0]!;
  const [standard, token, sequence] = await Promise.all(
    [kdrl(), kdrl({ average: averages.token }), kdrl({ average: averages.sequence })].map((objective) =>
      evaluate(objectiveProgram(objective, [2, 2, 3]), batch),
    ),
  );
  for (const name of ["objective/policy-gradient", "objective/sampled-kl"]) {
    expect(standard![name]).toEqual(token![name]);
    expect(standard![name]).not.toEqual(sequence![name]);
  }
});

test("it needs a teacher and no reference; its advantages are those of GRPO", () => {
  expect(kdrl().needs).toEqual(["advantages", "behaviorLogProbs", "fromStudent", "teacherLogProbs", "progress"]);
  expect([kdrl().name, kdrl({ rewardClip: 2 }).advantages?.name]).toEqual(["kdrl", grpo({ rewardClip: 2 }).advantages?.name]);
});
