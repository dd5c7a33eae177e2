/** Tests of the policy gradient for stale rollouts: its laws, its limits, and its expected gradient by enumeration. */
import { describe, expect, test } from "vitest";
import { shapedAdvantages } from "../../src/objectives/advantages/shaped.ts";
import { averages } from "../../src/objectives/arithmetic/averages.ts";
import { leaveOneOut } from "../../src/objectives/baselines/leave-one-out.ts";
import { noBaseline } from "../../src/objectives/baselines/none.ts";
import { policyGradient, type PolicyGradientParameters } from "../../src/objectives/policy-gradient.ts";
import { reinforce } from "../../src/objectives/reinforce.ts";
import { engines, type Evaluate } from "../laws/evaluate.ts";
import { objectiveLaws, objectiveProgram } from "../laws/objective.laws.ts";
import {
  cosine,
  expectation,
  expectedGradient,
  expectedValue,
  expectSame,
  forms,
  gradientOf,
  gradientOfScores,
  near,
  probabilitiesOf,
  rewardsOf,
  rowGradients,
  tableOf,
  targetSignal,
  tokenLogProbsOf,
  variance,
  type Completion,
  type Table,
} from "./enumeration.ts";
import { logSoftmax } from "./reference.ts";

const metrics = ["objective/policy-gradient", "policy/ratio", "policy/cut", "policy/behavior-kl", "policy/entropy"];
const levels = ["token", "sequence", "geometric"] as const;
type Settings = Omit<PolicyGradientParameters, "advantages">;
const made = (settings: Settings = {}) => policyGradient({ advantages: shapedAdvantages({ baseline: noBaseline }), ...settings });

const student = tableOf("student");
const behavior = near(student, "behavior", 0.5);

/** The gradients of all completions, drawn by `drawnBy` some steps ago. */
const gradients = (
  evaluate: Evaluate,
  settings: Settings,
  completions: readonly Completion[],
  advantages: readonly number[],
  drawnBy: Table,
) =>
  rowGradients(evaluate, made(settings), student, completions, {
    advantages: Float32Array.from(advantages),
    behaviorLogProbs: targetSignal(drawnBy, completions),
  });

/** Ratios by completion and token, in double precision. */
const ratiosOf = (level: (typeof levels)[number], completions: readonly Completion[]): number[][] => {
  const [now, then] = [tokenLogProbsOf(student, completions), tokenLogProbsOf(behavior, completions)];
  return now.map((logProbs, i) => {
    const logs = logProbs.map((logProb, t) => logProb - then[i]![t]!);
    const total = logs.reduce((sum, x) => sum + x, 0);
    const whole = level === "sequence" ? total : total / logs.length;
    return logs.map((x) => Math.exp(level === "token" ? x : whole));
  });
};

describe.each(engines)("policy gradient on $name", ({ evaluate }) => {
  objectiveLaws(made({ ratio: "sequence", average: averages.sum }), { evaluate, metrics });
  for (const ratio of levels) objectiveLaws(made({ ratio, clip: { low: 0.2, high: 0.3 }, studentTemperature: 1.5 }), { evaluate, metrics });
  objectiveLaws(made({ truncate: 1.2 }), { evaluate, metrics, surrogate: true });

  describe.each(forms)("with %s", (_, completions) => {
    const rewards = rewardsOf(completions);
    const advantages = rewards.map((reward) => reward - 1.5);
    const b = probabilitiesOf(behavior, completions);
    const exact = gradientOf((table) => expectedValue(table, completions, rewards), student);
    const expected = async (settings: Settings, given: readonly number[] = advantages): Promise<number[]> =>
      expectedGradient(b, await gradients(evaluate, settings, completions, given, behavior));

    test("at the behavior that is the student, every form and average is REINFORCE", async () => {
      const forms: readonly Settings[] = [
        { ratio: "token", average: averages.sum },
        { ratio: "sequence", average: averages.constant },
        { ratio: "geometric", average: averages.token },
        { ratio: "token", clip: { low: 0.2, high: 0.2 } },
        { ratio: "geometric", truncate: 2 },
        { ratio: "sequence", truncate: 2, average: averages.sum },
      ];
      for (const settings of forms) {
        const same = reinforce({
          advantages: made().advantages!,
          ...(settings.average === undefined ? {} : { average: settings.average }),
        });
        const plain = await rowGradients(evaluate, same, student, completions, { advantages: Float32Array.from(advantages) });
        const found = await gradients(evaluate, settings, completions, advantages, student);
        for (const [i, gradient] of plain.entries()) expectSame(found[i]!, gradient, 1, 1e-5);
      }
    });

    test("weighed by the ratio of the whole sequence, the gradient of stale completions is unbiased", async () => {
      expectSame(await expected({ ratio: "sequence", average: averages.sum }), exact, -1);
      expectSame(await expected({ ratio: "sequence", truncate: 1000, average: averages.sum }), exact, -1);
    });

    test("weighed by its own ratio, a token's gradient is that of the student's token among the behavior's: unbiased for the first alone", async () => {
      const among = (worth: readonly number[]): number[] =>
        gradientOf((table) => {
          const [now, then] = [tokenLogProbsOf(table, completions), tokenLogProbsOf(behavior, completions)];
          const sums = now.map(
            (logProbs, i) => logProbs.reduce((sum, logProb, t) => sum + Math.exp(logProb - then[i]![t]!), 0) * worth[i]!,
          );
          return expectation(b, sums);
        }, student);
      expectSame(await expected({ average: averages.sum }), among(advantages), -1);
      expect(cosine(among(advantages), exact)).toBeLessThan(0.995);
      const first = completions.map(([token]) => token! - 1.5);
      expectSame(
        await expected({ average: averages.sum }, first),
        gradientOf((table) => expectedValue(table, completions, first), student),
        -1,
      );
    });

    test.each(levels)(
      "of level %s, plain, clipped and truncated, it has the coefficients of the formula, and the cut ones are biased",
      async (ratio) => {
        const ratios = ratiosOf(ratio, completions);
        const coefficients = (of: (ratio: number, advantage: number) => number): number[][] =>
          ratios.map((row, i) => row.map((x) => of(x, advantages[i]!)));
        const [low, high, cap] = [0.1, 0.2, 1.1];
        const plain = coefficients((x, advantage) => x * advantage);
        const clipped = coefficients((x, advantage) => ((advantage > 0 ? x > 1 + high : x < 1 - low) ? 0 : x * advantage));
        const truncated = coefficients((x, advantage) => Math.min(x, cap) * advantage);
        const unbiased = gradientOfScores(student, completions, b, plain);
        const cut: readonly (readonly [Settings, number[][]])[] = [
          [{ clip: { low, high } }, clipped],
          [{ truncate: cap }, truncated],
        ];
        expectSame(await expected({ ratio, average: averages.sum }), unbiased, -1);
        for (const [settings, given] of cut) {
          const biased = gradientOfScores(student, completions, b, given);
          expectSame(await expected({ ratio, average: averages.sum, ...settings }), biased, -1);
          expect(Math.max(...biased.map((g, x) => Math.abs(g - unbiased[x]!)))).toBeGreaterThan(0.01);
        }
      },
    );

    test("the geometric ratio is biased, at less variance than the token's, which has less than the sequence's", async () => {
      expect(cosine(await expected({ ratio: "geometric", average: averages.sum }), exact)).toBeGreaterThan(-0.9999);
      const all = await Promise.all(
        (["geometric", "token", "sequence"] as const).map((ratio) =>
          gradients(evaluate, { ratio, average: averages.sum }, completions, advantages, behavior),
        ),
      );
      const [geometric, token, sequence] = all.map((found) => variance(b, found)) as [number, number, number];
      expect(geometric).toBeLessThan(token);
      expect(token).toBeLessThan(sequence);
    });
  });
});

/** [3, 2, 3]; the student drew the first two rows; the second has one token. */
const batch = {
  studentLogits: Float32Array.of(0.5, -1, 2, 0, 1, 0, -2, 0.3, 1, 9, 9, 9, 1, 2, 3, 3, 2, 1),
  targets: Int32Array.of(0, 1, 2, 0, 0, 0),
  completionMask: Float32Array.of(1, 1, 1, 0, 1, 1),
  advantages: Float32Array.of(2, -3, 0),
  behaviorLogProbs: Float32Array.of(-2, -0.3, -0.2, 0, 0, 0),
  fromStudent: Float32Array.of(1, 1, 0),
};
const logProb = (position: number): number =>
  logSoftmax(batch.studentLogits.slice(3 * position, 3 * position + 3))[batch.targets[position]!]!;
const ratio = (position: number): number => Math.exp(logProb(position) - batch.behaviorLogProbs[position]!);

describe.each(engines)("policy gradient of one batch on $name", ({ evaluate }) => {
  const run = (settings: Settings, changed: Partial<typeof batch> = {}) =>
    evaluate(objectiveProgram(made(settings), [3, 2, 3]), { ...batch, ...changed });
  const [a, b, c] = [ratio(0), ratio(1), ratio(2)] as const;

  test.each([
    ["token", -(2 * a + 2 * b - 3 * c) / 3],
    ["sequence", -(2 * a * b - 3 * c) / 3],
    ["geometric", -(4 * Math.sqrt(a * b) - 3 * c) / 3],
  ] as const)("%s: minus ratio times advantage, summed over tokens or once for the sequence", async (level, expected) => {
    const { loss } = await run({ ratio: level, average: averages.sum });
    expect(loss![0]).toBeCloseTo(expected, 5);
  });

  test("metrics count the tokens that the student drew", async () => {
    const reported = await run({ clip: { low: 0.1, high: 0.05 } });
    // Positive advantages are clipped above, the negative one below.
    const cut = [a > 1.05, b > 1.05, c < 0.9].filter(Boolean).length;
    expect(cut).toBe(2);
    expect(reported["policy/cut"]![0]).toBeCloseTo(cut / 3, 6);
    expect(reported["policy/ratio"]![0]).toBeCloseTo((a + b + c) / 3, 5);
    const kl = [a, b, c].reduce((sum, x) => sum + x - 1 - Math.log(x), 0) / 3;
    expect(reported["policy/behavior-kl"]![0]).toBeCloseTo(kl, 5);
    expect((await run({ truncate: 1.05 }))["policy/cut"]![0]).toBeCloseTo([a, b, c].filter((x) => x > 1.05).length / 3, 6);
    expect((await run({}))["policy/cut"]![0]).toBe(0);
  });

  test("nothing overflows, however far the student went", async () => {
    for (const level of levels) {
      for (const settings of [{}, { clip: { low: 0.2, high: 0.2 } }, { truncate: 2 }]) {
        const studentLogits = batch.studentLogits.map((z) => (z > 0 ? 80 : -80));
        const behaviorLogProbs = Float32Array.of(-160, -160, -160, 0, 0, 0);
        const outputs = await run({ ratio: level, ...settings }, { studentLogits, behaviorLogProbs });
        for (const value of Object.values(outputs)) expect([...value].every(Number.isFinite)).toBe(true);
      }
    }
  });
});

test("it carries its estimator of advantages", () => {
  const advantages = shapedAdvantages({ baseline: leaveOneOut });
  expect(policyGradient({ advantages }).advantages).toBe(advantages);
});

test("bounds outside their ranges are refused", () => {
  expect(() => made({ clip: { low: 0.2, high: 0.2 }, truncate: 2 })).toThrow(/expected clip or truncate, got both/);
  for (const clip of [
    { low: 0, high: 0.2 },
    { low: 1.1, high: 0.2 },
    { low: 0.2, high: 0 },
    { low: Number.NaN, high: 1 },
  ]) {
    expect(() => made({ clip })).toThrow(/policy-gradient: expected clip\.low in \(0, 1\] and clip\.high above 0/);
  }
  expect(() => made({ clip: { low: 1, high: 4 } })).not.toThrow();
  for (const truncate of [0, -1, Number.NaN]) expect(() => made({ truncate })).toThrow(/policy-gradient: expected truncate above 0/);
  expect(() => made({ studentTemperature: 0 })).toThrow(/policy-gradient: expected a student temperature/);
});
