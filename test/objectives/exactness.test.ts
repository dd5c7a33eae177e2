/** REINFORCE and its baselines against enumeration: the expected gradient, the bias of the biased ones, and the order of variances. */
import { describe, expect, test } from "vitest";
import type { Normalization } from "../../src/objectives/advantages/shaped.ts";
import { shapedAdvantages } from "../../src/objectives/advantages/shaped.ts";
import { averages, type Average } from "../../src/objectives/arithmetic/averages.ts";
import { batchMean } from "../../src/objectives/baselines/batch-mean.ts";
import type { Baseline } from "../../src/objectives/baselines/baseline.ts";
import { groupMean } from "../../src/objectives/baselines/group-mean.ts";
import { leaveOneOut } from "../../src/objectives/baselines/leave-one-out.ts";
import { movingAverage } from "../../src/objectives/baselines/moving-average.ts";
import { noBaseline } from "../../src/objectives/baselines/none.ts";
import { reinforce } from "../../src/objectives/reinforce.ts";
import { engines, type Evaluate } from "../laws/evaluate.ts";
import {
  cosine,
  ending,
  expectedGradient,
  expectedValue,
  expectSame,
  fixedLength,
  forms,
  gradientOf,
  expectation,
  groupRows,
  pairsOf,
  probabilitiesOf,
  rewardsOf,
  rowGradients,
  tableOf,
  V,
  variance,
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

    test("averaged by sequence, a constant that is subtracted is not neutral: it is divided by the length too", async () => {
      const baseline = expectedValue(student, completions, rewards);
      const against = rewards.map((reward) => reward - baseline);
      const wanted = gradientOf(
        (table) =>
          expectedValue(
            table,
            completions,
            against.map((advantage, i) => advantage / completions[i]!.length),
          ),
        student,
      );
      const found = expectedGradient(q, await scores(evaluate, completions, against, averages.sequence));
      expectSame(found, wanted, -1);
      const without = expectedGradient(q, await scores(evaluate, completions, rewards, averages.sequence));
      const shift = Math.max(...found.map((g, x) => Math.abs(g - without[x]!)));
      const lengths = new Set(completions.map(({ length }) => length));
      if (lengths.size === 1) expect(shift).toBeLessThan(1e-6);
      else expect(shift).toBeGreaterThan(0.1);
    });

    test("divided by the constant width of the batch, it is the true gradient divided by that", async () => {
      expectSame(expectedGradient(q, await scores(evaluate, completions, rewards, averages.constant)), exact, -1 / width);
    });
  });
});

/** After a batch of mean 1.7: a constant, as far as the next batch is concerned. */
const earlier = movingAverage();
const constantState = earlier.estimate(Float32Array.of(1.5, 1.9), 2, earlier.initial).state;

/** A gradient estimate of every group of two completions of one prompt, and what it should be. */
const groups = (completions: readonly Completion[]) => {
  const pairs = pairsOf(completions.length);
  const q = probabilitiesOf(student, completions);
  const rewards = rewardsOf(completions);
  return {
    pairs,
    weights: pairs.map(([i, j]) => q[i]! * q[j]!),
    /** Of each pair in turn, as a step of its own in groups of `group`. */
    advantages: (baseline: Baseline<unknown>, normalize: Normalization = "none", state = baseline.initial, group = 2): number[] => {
      const estimator = shapedAdvantages({ baseline, normalize });
      return pairs.flatMap(([i, j]) => [...estimator.estimate(Float32Array.of(rewards[i]!, rewards[j]!), group, state).advantages]);
    },
    exact: gradientOf((table) => expectedValue(table, completions, rewards), student),
    /** The gradient of E[a(y)], where a(y) is what y is worth on average beside another completion, held constant. */
    towards: (worth: (own: number, other: number) => number): number[] => {
      const average = completions.map((_, i) =>
        expectation(
          q,
          completions.map((__, j) => worth(i, j)),
        ),
      );
      return gradientOf((table) => expectedValue(table, completions, average), student);
    },
    rewards,
    q,
  };
};

describe.each(engines)("REINFORCE in groups of two on $name", ({ evaluate }) => {
  describe.each(forms)("with %s", (_, completions) => {
    const { advantages, exact, towards, rewards, q } = groups(completions);
    const expected = async (given: readonly number[], average: Average = averages.sum): Promise<number[]> => {
      const rows = groupRows(completions, q, given);
      return expectedGradient(rows.weights, await scores(evaluate, rows.completions, [...rows.advantages], average));
    };

    test("averaged by sequence, leave-one-out has the gradient of how much better than the others a completion is, over its length", async () => {
      const better = towards((i, j) => (rewards[i]! - rewards[j]!) / completions[i]!.length);
      expectSame(await expected(advantages(leaveOneOut), averages.sequence), better, -1);
    });

    test.each([
      ["no baseline", 1, advantages(noBaseline)],
      ["a baseline of earlier batches", 1, advantages(earlier, "none", constantState)],
      ["leave-one-out", 1, advantages(leaveOneOut)],
      ["the group's mean is (G - 1)/G of that", 1 / 2, advantages(groupMean)],
      ["the mean of a step of N is (N - 1)/N of that", 1 / 2, advantages(batchMean, "none", null, 1)],
    ] as const)("%s: the expected gradient is %d times that of the expected reward", async (__, factor, given) => {
      expectSame(await expected(given), exact, -factor);
    });

    test.each([
      ["the group's deviation", advantages(groupMean, "group")],
      ["whitening", advantages(noBaseline, "batch")],
    ] as const)(
      "with %s, in groups of two it is that of how often a completion beats another, and not of the reward",
      async (__, given) => {
        const beats = towards((i, j) => {
          const ahead = rewards[i]! - rewards[j]!;
          return ahead / 2 / (Math.abs(ahead) / Math.SQRT2 + 1e-4);
        });
        const actual = await expected(given);
        expectSame(actual, beats, -1);
        expect(cosine(beats, exact)).toBeLessThan(0.99);
      },
    );
  });

  test("averaged by token, a completion weighs less beside a long one: the reward over the mean length of the group", async () => {
    const { rewards, q, towards, exact } = groups(ending);
    const ofLength = [1, 2, 3].map((length) => [...ending.keys()].filter((i) => ending[i]!.length === length));
    const [weights, gradients]: [number[], number[][]] = [[], []];
    for (const own of ofLength) {
      for (const others of ofLength) {
        // Half of the rows of each length: as many tokens for each row as in a group of two such completions.
        const batch = [...own, ...own.map(() => others[0]!)];
        const found = await scores(
          evaluate,
          batch.map((i) => ending[i]!),
          batch.map((i) => rewards[i]!),
          averages.token,
        );
        const chance = others.reduce((sum, j) => sum + q[j]!, 0);
        for (const [n, i] of own.entries()) {
          weights.push(q[i]! * chance);
          gradients.push(found[n]!);
        }
      }
    }
    const shared = towards((i, j) => (2 * rewards[i]!) / (ending[i]!.length + ending[j]!.length));
    expectSame(expectedGradient(weights, gradients), shared, -1);
    expect(cosine(shared, exact)).toBeLessThan(0.99);
  });
});

describe.each(engines)("variance of REINFORCE on $name", ({ evaluate }) => {
  test.each(forms)("with %s: leave-one-out has less than no baseline, and the group's mean a quarter of that", async (_, completions) => {
    const { pairs, weights, advantages } = groups(completions);
    const single = await scores(
      evaluate,
      completions,
      completions.map(() => 1),
    );
    const of = (given: readonly number[]): number =>
      variance(
        weights,
        pairs.map(([i, j], k) => single[i]!.map((g, x) => (g * given[2 * k]! + single[j]![x]! * given[2 * k + 1]!) / 2)),
      );
    const [without, others, own] = [noBaseline, leaveOneOut, groupMean].map((baseline) => of(advantages(baseline))) as [
      number,
      number,
      number,
    ];
    expect(others).toBeGreaterThan(0);
    expect(others).toBeLessThan(0.8 * without);
    expect(own / others).toBeCloseTo(1 / 4, 6);
  });

  test.each(forms)(
    "with %s: the best constant weighs rewards by the squared score; the expected reward is nearly as good",
    async (_, completions) => {
      const { q, rewards } = groups(completions);
      const single = await scores(
        evaluate,
        completions,
        completions.map(() => 1),
      );
      const of = (baseline: number): number =>
        variance(
          q,
          single.map((score, i) => score.map((g) => g * (rewards[i]! - baseline))),
        );
      const sizes = q.map((probability, i) => probability * expectation(single[i]!, single[i]!));
      const best = expectation(sizes, rewards) / sizes.reduce((sum, size) => sum + size, 0);
      const least = of(best);
      for (const step of [-0.05, 0.05]) expect(of(best + step)).toBeGreaterThan(least);
      expect(of(expectation(q, rewards))).toBeLessThan(1.2 * least);
      expect(of(0)).toBeGreaterThan(1.2 * least);
    },
  );
});
