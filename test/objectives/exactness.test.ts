/** REINFORCE and its baselines against enumeration: the expected gradient, the bias of the biased ones, and the order of variances. */
import { describe, expect, test } from "vitest";
import { shapedAdvantages } from "../../src/objectives/advantages/shaped.ts";
import { averages, type Average } from "../../src/objectives/averages.ts";
import { noBaseline } from "../../src/objectives/baselines/none.ts";
import { reinforce } from "../../src/objectives/reinforce.ts";
import { engines, type Evaluate } from "../laws/evaluate.ts";
import {
  ending,
  expectedGradient,
  expectedValue,
  expectSame,
  fixedLength,
  forms,
  gradientOf,
  probabilitiesOf,
  rewardsOf,
  rowGradients,
  tableOf,
  V,
  width,
  type Completion,
} from "./enumeration.ts";

const student = tableOf("student");

const scores = (evaluate: Evaluate, completions: readonly Completion[], weights: readonly number[], average: Average = averages.sum) =>
  rowGradients(evaluate, reinforce({ advantages: shapedAdvantages({ baseline: noBaseline }), average }), student, completions, {
    advantages: Float32Array.from(weights),
  });

test.each(forms)("the enumeration of %s is complete", (_, completions) => {
  expect(completions.length).toBe(new Set(completions.map((tokens) => tokens.join())).size);
  expect(probabilitiesOf(student, completions).reduce((sum, probability) => sum + probability, 0)).toBeCloseTo(1, 12);
});

test("there are as many completions as there should be, and the shorter ones end with the last token", () => {
  expect([fixedLength.length, ending.length]).toEqual([V ** 3, 1 + 3 + 9 * V]);
  for (const tokens of ending) expect(tokens.slice(0, -1)).not.toContain(V - 1);
  expect(ending.filter((tokens) => tokens.length < 3).every((tokens) => tokens.at(-1) === V - 1)).toBe(true);
});

describe.each(engines)("REINFORCE on $name", ({ evaluate }) => {
  describe.each(forms)("with %s", (_, completions) => {
    const rewards = rewardsOf(completions);
    const q = probabilitiesOf(student, completions);
    const exact = gradientOf((table) => expectedValue(table, completions, rewards), student);

    test("summed over tokens, the expected gradient is that of the expected reward, whatever constant is subtracted", async () => {
      expect(Math.max(...exact.map(Math.abs))).toBeGreaterThan(0.05);
      for (const baseline of [0, 2.5]) {
        const gradients = await scores(
          evaluate,
          completions,
          rewards.map((reward) => reward - baseline),
        );
        expectSame(expectedGradient(q, gradients), exact, -1);
      }
    });

    test("averaged by sequence, it is that of the expected reward over length, the length held constant", async () => {
      const shortened = rewards.map((reward, i) => reward / completions[i]!.length);
      const biased = gradientOf((table) => expectedValue(table, completions, shortened), student);
      expectSame(expectedGradient(q, await scores(evaluate, completions, rewards, averages.sequence)), biased, -1);
    });

    test("divided by the constant width of the batch, it is the true gradient divided by that", async () => {
      expectSame(expectedGradient(q, await scores(evaluate, completions, rewards, averages.constant)), exact, -1 / width);
    });
  });
});
