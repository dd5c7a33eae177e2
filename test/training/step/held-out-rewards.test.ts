/** Held-out rewards: every reward of the evaluation's completions, raw, with what got no answer counted. */
import { describe, expect, test } from "vitest";
import type { RewardScore } from "../../../src/rewards/reward.ts";
import { withRetries } from "../../../src/rollouts/scoring/retries.ts";
import { CallLimits } from "../../../src/rollouts/scoring/call-limits.ts";
import { drawRollouts } from "../../../src/training/step/drawing.ts";
import { evaluate } from "../../../src/training/step/evaluate.ts";
import { heldOutRewards } from "../../../src/training/step/held-out-rewards.ts";
import { scoringPolicy, type ScoringSettings } from "../../../src/training/recipe/scoring-settings.ts";
import type { Recipe } from "../../../src/training/recipe/recipe.ts";
import { recipe, smallTask } from "../../fixtures/recipes.ts";
import { inOneThread } from "../../fixtures/one-thread.ts";
import { rolloutOf } from "../../laws/reward.laws.ts";

const task = smallTask();
const never = new AbortController().signal;

const rewards: Recipe["rewards"] = [
  { module: "rewards/length.mjs", name: "tokens", weight: 2, normalize: "running" },
  { type: "brevity", target: 1, limit: 6, weight: 0 },
];
const request = {
  seed: 1,
  step: 9,
  settings: { every: 0, prompts: 4, temperature: 1 },
  full: false,
  maxNewTokens: 6,
  chunk: 3,
  mostDropped: 0,
};

describe("an evaluation", () => {
  test("has each reward without weight and normalisation, the weighted sum, and their spreads over completions", async () => {
    const threads = await inOneThread(recipe({ rewards }), task);
    const prompts = task.test.map((prompt, index) => ({ prompt, order: { prompt: index, sample: 0 } }));
    const writer = { by: "student", temperature: 1 } as const;
    const drawing = { seed: 1, step: "evaluation", version: 9, writer };
    const drawn = await Promise.all(
      [prompts.slice(0, 3), prompts.slice(3)].map((some) => drawRollouts(threads, task, some, drawing, never)),
    );
    const lengths = drawn.flat().map(({ tokens }) => tokens.length);
    const brevities = drawn.flat().map(({ tokens }) => Math.min(1, Math.max(0, (6 - tokens.length) / 5)));
    const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
    const deviation = (values: readonly number[]): number =>
      Math.sqrt(values.reduce((sum, value) => sum + (value - mean(values)) ** 2, 0) / 3);
    const { metrics } = await evaluate(threads, task, request, never);
    expect(new Set(lengths).size).toBeGreaterThan(1);
    const said = Object.fromEntries(Object.entries(metrics).filter(([name]) => name.startsWith("evaluation/")));
    expect(Object.keys(said)).toHaveLength(7);
    const expected = {
      "evaluation/reward": 2 * mean(lengths),
      "evaluation/reward/spread": 2 * deviation(lengths),
      "evaluation/reward/tokens": mean(lengths),
      "evaluation/reward/tokens/spread": deviation(lengths),
      "evaluation/reward/brevity": mean(brevities),
      "evaluation/reward/brevity/spread": deviation(brevities),
      "evaluation/unscored": 0,
    };
    for (const [name, value] of Object.entries(expected)) expect(said[name], name).toBeCloseTo(value, 12);
    expect((await evaluate(threads, task, { ...request, chunk: 1 }, never)).metrics).toEqual(metrics);
  });

  test("has them in other ways too, each way where it is asked for", async () => {
    const threads = await inOneThread(recipe({ rewards }), task);
    const also = { greedy: { prompts: 2, temperature: 0 }, silent: { prompts: 2, temperature: 0, rewards: false } };
    const given = { ...request, full: true, settings: { ...request.settings, rewards: false, also } };
    const names = Object.keys((await evaluate(threads, task, given, never)).metrics).filter((name) => name.includes("reward"));
    expect(names).toEqual(["reward", "reward/tokens", "reward/brevity"].flatMap((name) => [`greedy/${name}`, `greedy/${name}/spread`]));
  });

  test("of one completion has no spread, and none without rewards", async () => {
    const one = { ...request, settings: { ...request.settings, prompts: 1 } };
    const { metrics } = await evaluate(await inOneThread(recipe({ rewards }), task), task, one, never);
    expect(metrics["evaluation/reward/tokens/spread"]).toBe(0);
    const without = await evaluate(await inOneThread(recipe({ rewards: [] }), task), task, one, never);
    expect(Object.keys(without.metrics).filter((name) => name.includes("reward"))).toEqual([]);
  });
});

describe("rewards that fail", () => {
  const rollouts = ["1", "22", "333", "4444"].map((text, index) => ({
    ...rolloutOf(task, task.test[0]!, text),
    order: { prompt: index, sample: 0 },
  }));
  const measured = (
    onFailure: ScoringSettings["reward"]["onFailure"],
    failing: readonly number[],
    mostDropped = 0.5,
  ): Promise<Record<string, number>> => {
    const scorer = {
      batch: 2,
      concurrency: 1,
      score: (some: readonly { readonly order: { readonly prompt: number } }[]) =>
        Promise.resolve(
          some.map(({ order: { prompt } }) =>
            failing.includes(prompt)
              ? Object.assign(new Error("the judge is ill"), { retryable: false })
              : { value: prompt, parts: { own: prompt, "own/spread": 7 } },
          ),
        ),
    };
    const policy = scoringPolicy({ ...recipe().scoring.reward, onFailure });
    const given = withRetries<RewardScore>(scorer, policy, { value: 9, parts: {} });
    return heldOutRewards(rollouts, { scorer: given, limits: new CallLimits({ reward: given }), step: 5, chunk: 3, mostDropped }, never);
  };

  test("stop the run, which says where and how to do without", async () => {
    await expect(measured("stop", [3])).rejects.toThrow(
      /^rewards of the evaluation: scorer "reward" failed on prompt 3 sample 0: .*the judge is ill; "evaluation": \{ "rewards": false \} leaves them out$/u,
    );
  });

  test("are counted where they are dropped, and are in no mean; too many stop the run", async () => {
    expect(await measured("drop", [1, 2])).toEqual({
      reward: 1.5,
      "reward/spread": Math.sqrt(4.5),
      "reward/own": 1.5,
      "reward/own/spread": Math.sqrt(4.5),
      unscored: 0.5,
    });
    await expect(measured("drop", [1, 2, 3])).rejects.toThrow(
      /^rewards of the evaluation: step 5: expected at most 0\.5 of the rollouts to be dropped .* got 3 of 4/u,
    );
  });

  test("are counted where they have a default, which is in the mean of the sum alone", async () => {
    expect(await measured("default", [3])).toMatchObject({ reward: 3, "reward/own": 1, unscored: 0.25 });
  });

  test("end when the run does", async () => {
    const threads = await inOneThread(recipe({ rewards }), task);
    const given = { scorer: threads.rewards!, limits: threads.limits, step: 1, chunk: 2, mostDropped: 0 };
    await expect(heldOutRewards(rollouts, given, AbortSignal.abort(new Error("enough")))).rejects.toThrow(/^enough$/u);
  });
});
