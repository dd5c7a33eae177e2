/** Whole trainings with normalised rewards: advantages are those of the formula, whoever finishes first, and an interruption changes no byte. */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { leaveOneOut } from "../../src/objectives/baselines/leave-one-out.ts";
import { rewardNormalizer, type NormalizationState } from "../../src/rewards/normalization.ts";
import type { Recipe } from "../../src/training/recipe/recipe.ts";
import type { StepReport } from "../../src/training/recipe/step-report.ts";
import { train } from "../../src/training/train.ts";
import { bytesOf, comparable, recipe, trained, weightsOf } from "../fixtures/recipes.ts";

const values = (direction: number): Recipe =>
  recipe({
    evaluation: { every: 2, prompts: 4, temperature: 1 },
    rewards: [
      { module: "rewards/slow.ts", direction, normalize: "running", weight: 2 },
      { type: "brevity", target: 1, limit: 6, normalize: "group" },
      { type: "repetition", order: 1, unit: "tokens", weight: -1 },
    ],
  });

const interrupted = async (given: Recipe, folder: string): Promise<StepReport[]> => {
  const controller = new AbortController();
  const reports: StepReport[] = [];
  const end = new Promise<void>((resolve, reject) => {
    train(given, { folder, signal: controller.signal }).subscribe({
      next: (report) => {
        reports.push(report);
        if (report.kind === "step" && report.step === 3) controller.abort(new Error("interrupted"));
      },
      complete: resolve,
      error: reject,
    });
  });
  await expect(end).rejects.toThrow("interrupted");
  return reports;
};

test("rewards are normalised in order of prompt and sample, and resume from a checkpoint", { timeout: 600_000 }, async () => {
  const whole = await trained(values(1));
  const normalizer = rewardNormalizer([
    { name: "slow", weight: 2, normalize: "running" },
    { name: "brevity", weight: 1, normalize: "group" },
    { name: "repetition", weight: -1 },
  ]);
  let state: NormalizationState = {};
  for (const report of whole) {
    if (report.kind !== "rollouts") continue;
    const scores = report.rollouts.map(({ reward, parts }) => ({ value: reward!, parts: parts! }));
    for (const { value, parts } of scores) expect(value).toBeCloseTo(2 * parts["slow"]! + parts["brevity"]! - parts["repetition"]!, 5);
    const next = normalizer.sums(scores, 2, state);
    ({ state } = next);
    const { baselines } = leaveOneOut.estimate(next.values, 2, null);
    expect(report.rollouts.map(({ advantage }) => advantage)).toEqual(
      Array.from(next.values, (value, i) => Math.fround(value - baselines[i]!)),
    );
  }
  // Those of evaluations are measured as they are, and move nothing.
  expect(state["slow"]!.count).toBe(48);
  const evaluated = whole.flatMap((report) => (report.kind === "evaluation" ? [report.metrics] : []));
  expect(evaluated).toHaveLength(4);
  for (const metrics of evaluated) {
    const part = (name: string): number => metrics[`evaluation/reward/${name}`]!;
    expect(metrics["evaluation/reward"]).toBeCloseTo(2 * part("slow") + part("brevity") - part("repetition"), 5);
  }

  const reversed = await trained(values(-1));
  expect(bytesOf(weightsOf(reversed))).toEqual(bytesOf(weightsOf(whole)));

  const folder = mkdtempSync(join(tmpdir(), "retort-rewards-"));
  const first = await interrupted(values(1), folder);
  const rest = await trained(values(1), { folder });
  expect(bytesOf(weightsOf(rest))).toEqual(bytesOf(weightsOf(whole)));
  expect(comparable([...first, ...rest])).toEqual(comparable(whole));
});
