/** Tests of Dr. GRPO: its laws, and that it points along the gradient of the expected reward. */
import { describe, expect, test } from "vitest";
import { shapedAdvantages } from "../../src/objectives/advantages/shaped.ts";
import { groupMean } from "../../src/objectives/baselines/group-mean.ts";
import { drGrpo } from "../../src/objectives/dr-grpo.ts";
import { engines } from "../laws/evaluate.ts";
import { objectiveLaws } from "../laws/objective.laws.ts";
import {
  atPrefixes,
  expectedGradient,
  expectedValue,
  expectSame,
  forms,
  gradientOf,
  groupRows,
  pairsOf,
  probabilitiesOf,
  rewardsOf,
  rowGradients,
  tableOf,
  targetSignal,
  width,
} from "./enumeration.ts";
import { forwardKl } from "./reference.ts";

const metrics = ["objective/policy-gradient", "policy/ratio", "policy/cut", "policy/behavior-kl", "policy/entropy"];
const student = tableOf("student");
const reference = tableOf("target");

describe.each(engines)("Dr. GRPO on $name", ({ evaluate }) => {
  objectiveLaws(drGrpo({ clip: { low: 0.2, high: 0.3 }, studentTemperature: 1.5 }), { evaluate, metrics });

  test.each(forms)("with %s: (G - 1)/(G T) of the gradient of the reward, and k3's over T", async (_, completions) => {
    const rewards = rewardsOf(completions);
    const q = probabilitiesOf(student, completions);
    const objective = drGrpo({ beta: 0.5 });
    const advantages = pairsOf(completions.length).flatMap(([i, j]) => [
      ...objective.advantages!.estimate(Float32Array.of(rewards[i]!, rewards[j]!), 2, null).advantages,
    ]);
    const rows = groupRows(completions, q, advantages);
    const found = await rowGradients(evaluate, objective, student, rows.completions, {
      advantages: rows.advantages,
      behaviorLogProbs: targetSignal(student, rows.completions),
      referenceLogProbs: targetSignal(reference, rows.completions),
    });
    const claimed = gradientOf(
      (table) =>
        -expectedValue(table, completions, rewards) / 2 +
        0.5 * atPrefixes(forwardKl, { drawnBy: student, teacher: reference, student: table }, completions),
      student,
    );
    expectSame(expectedGradient(rows.weights, found), claimed, 1 / width);
  });
});

test("its parts are the clipped policy gradient with the group's mean, and k3 to the reference when that has weight", () => {
  const objective = drGrpo();
  expect([objective.name, objective.needs]).toEqual(["dr-grpo", ["advantages", "behaviorLogProbs", "fromStudent"]]);
  expect(objective.advantages?.name).toBe(shapedAdvantages({ baseline: groupMean }).name);
  expect(drGrpo({ beta: 0.1 }).needs).toContain("referenceLogProbs");
});
