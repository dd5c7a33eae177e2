/** Tests of RLOO: its laws, and that its expected gradient is that of the reward minus the KL of whole sequences. */
import { describe, expect, test } from "vitest";
import { shapedAdvantages } from "../../src/objectives/advantages/shaped.ts";
import { leaveOneOut } from "../../src/objectives/baselines/leave-one-out.ts";
import { rloo } from "../../src/objectives/rloo.ts";
import { engines } from "../laws/evaluate.ts";
import { objectiveLaws } from "../laws/objective.laws.ts";
import {
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
  sequenceKl,
  tableOf,
  targetSignal,
} from "./enumeration.ts";

const student = tableOf("student");
const reference = tableOf("target");

describe.each(engines)("RLOO on $name", ({ evaluate }) => {
  objectiveLaws(rloo({ studentTemperature: 1.5 }), {
    evaluate,
    metrics: ["objective/reinforce", "objective/sampled-kl", "policy/reference-kl", "policy/entropy"],
    surrogate: true,
  });

  test.each(forms)("with %s: unbiased for the reward minus beta times the KL of sequences", async (_, completions) => {
    const rewards = rewardsOf(completions);
    const q = probabilitiesOf(student, completions);
    const objective = rloo({ beta: 0.5, rewardScale: 2 });
    const advantages = pairsOf(completions.length).flatMap(([i, j]) => [
      ...objective.advantages!.estimate(Float32Array.of(rewards[i]!, rewards[j]!), 2, null).advantages,
    ]);
    const rows = groupRows(completions, q, advantages);
    const found = await rowGradients(evaluate, objective, student, rows.completions, {
      advantages: rows.advantages,
      referenceLogProbs: targetSignal(reference, rows.completions),
    });
    const claimed = gradientOf(
      (table) => 2 * expectedValue(table, completions, rewards) - 0.5 * sequenceKl(table, reference, completions),
      student,
    );
    expectSame(expectedGradient(rows.weights, found), claimed, -1, 1e-6);
  });
});

test("its parts are REINFORCE with leave-one-out, and the KL to the reference when that has weight", () => {
  const objective = rloo({ rewardClip: 3 });
  expect([objective.name, objective.needs]).toEqual(["rloo", ["advantages", "referenceLogProbs", "fromStudent"]]);
  expect(objective.advantages?.name).toBe(shapedAdvantages({ baseline: leaveOneOut, rewardClip: 3 }).name);
  expect(objective.terms?.map(({ weight }) => weight)).toEqual([1, 0.05]);
  expect(rloo({ beta: 0 }).needs).toEqual(["advantages"]);
  expect(() => rloo({ beta: -1 })).toThrow(/rloo, weight of sampled-kl: expected a number at least 0/);
});
