/** Tests of GRPO: its laws, and its expected gradient on stale groups against its formula, term by term. */
import { describe, expect, test } from "vitest";
import { shapedAdvantages } from "../../src/objectives/advantages/shaped.ts";
import { averages } from "../../src/objectives/arithmetic/averages.ts";
import { groupMean } from "../../src/objectives/baselines/group-mean.ts";
import { grpo } from "../../src/objectives/grpo.ts";
import { engines } from "../laws/evaluate.ts";
import { objectiveLaws } from "../laws/objective.laws.ts";
import {
  cosine,
  expectedGradient,
  expectedValue,
  expectSame,
  forms,
  gradientOf,
  gradientOfScores,
  groupRows,
  near,
  pairsOf,
  probabilitiesOf,
  rewardsOf,
  rowGradients,
  tableOf,
  targetSignal,
  tokenLogProbsOf,
} from "./enumeration.ts";

const metrics = ["policy-gradient", "sampled-kl"]
  .map((term) => `objective/${term}`)
  .concat(["ratio", "cut", "behavior-kl", "reference-kl", "entropy"].map((name) => `policy/${name}`));

const student = tableOf("student");
const reference = tableOf("target");
const behavior = near(student, "behavior", 0.5);

describe.each(engines)("GRPO on $name", ({ evaluate }) => {
  objectiveLaws(grpo({ beta: 0 }), { evaluate, metrics: metrics.filter((name) => !/sampled-kl|reference/u.test(name)) });
  objectiveLaws(grpo(), { evaluate, metrics, surrogate: true });
  objectiveLaws(grpo({ ratio: "geometric", average: averages.token, studentTemperature: 1.5 }), { evaluate, metrics, surrogate: true });

  describe.each(forms)("with %s", (_, completions) => {
    const rewards = rewardsOf(completions);
    /** All groups of two that a policy draws, with normalised advantages. */
    const rowsOf = (drawnBy: typeof student) => {
      const estimator = grpo().advantages!;
      const advantages = pairsOf(completions.length).flatMap(([i, j]) => [
        ...estimator.estimate(Float32Array.of(rewards[i]!, rewards[j]!), 2, null).advantages,
      ]);
      return groupRows(completions, probabilitiesOf(drawnBy, completions), advantages);
    };

    test("on stale groups it is the clipped ratio times the normalised advantage, and k3 times the ratio, each divided by the length", async () => {
      const rows = rowsOf(behavior);
      const [low, high, beta] = [0.1, 0.3, 0.5];
      const found = await rowGradients(evaluate, grpo({ beta, clip: { low, high } }), student, rows.completions, {
        advantages: rows.advantages,
        behaviorLogProbs: targetSignal(behavior, rows.completions),
        referenceLogProbs: targetSignal(reference, rows.completions),
      });
      const [own, then, others] = [student, behavior, reference].map((table) => tokenLogProbsOf(table, rows.completions)) as [
        number[][],
        number[][],
        number[][],
      ];
      let cut = 0;
      const coefficients = own.map((logProbs, i) =>
        logProbs.map((logProb, t) => {
          const advantage = rows.advantages[i]!;
          const ratio = Math.exp(logProb - then[i]![t]!);
          const constant = (advantage > 0 && ratio > 1 + high) || (advantage < 0 && ratio < 1 - low);
          cut += constant ? 1 : 0;
          const pull = beta * ratio * (1 - Math.exp(others[i]![t]! - logProb));
          return ((constant ? 0 : -ratio * advantage) + pull) / logProbs.length;
        }),
      );
      expect(cut).toBeGreaterThan(10);
      expectSame(expectedGradient(rows.weights, found), gradientOfScores(student, rows.completions, rows.weights, coefficients));
    });

    test("on the student's own groups it does not point along the gradient of the expected reward", async () => {
      const rows = rowsOf(student);
      const found = await rowGradients(evaluate, grpo({ beta: 0 }), student, rows.completions, {
        advantages: rows.advantages,
        behaviorLogProbs: targetSignal(student, rows.completions),
      });
      const exact = gradientOf((table) => -expectedValue(table, completions, rewards), student);
      const angle = cosine(expectedGradient(rows.weights, found), exact);
      expect(angle).toBeGreaterThan(0.7);
      expect(angle).toBeLessThan(0.99);
    });
  });
});

test("its parts are the clipped policy gradient and k3 to the reference when that has weight", () => {
  const objective = grpo({ rewardScale: 2 });
  expect(objective.name).toBe("grpo");
  expect(objective.needs).toEqual(["advantages", "behaviorLogProbs", "fromStudent", "referenceLogProbs"]);
  expect(objective.advantages?.name).toBe(shapedAdvantages({ baseline: groupMean, normalize: "group", rewardScale: 2 }).name);
  expect(objective.terms?.map(({ weight }) => weight)).toEqual([1, 0.04]);
  expect(grpo({ beta: 0 }).needs).toEqual(["advantages", "behaviorLogProbs", "fromStudent"]);
  expect(() => grpo({ beta: -1 })).toThrow(/grpo, weight of sampled-kl/);
});
