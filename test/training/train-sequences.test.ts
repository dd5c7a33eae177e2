/** Whole trainings on sequences of every source: an interruption changes nothing of what is drawn, replayed or adapted. */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { PolicySource } from "../../src/teachers/teacher-source.ts";
import type { Recipe } from "../../src/training/recipe/recipe.ts";
import type { LoggedRollout, StepReport } from "../../src/training/recipe/step-report.ts";
import { train } from "../../src/training/train.ts";
import { bigram, bytesOf, comparable, model, recipe, trained, weightsOf } from "../fixtures/recipes.ts";
import { openThreads } from "../fixtures/threads.ts";

/** Sure of answers that are not the task's, so that who imitates it becomes worse on references. */
const stubborn = (): PolicySource => {
  const { config, weights } = model(bigram(), 2);
  const sharp = Object.entries(weights).map(([name, data]) => [name, data.map((x) => 100 * x)] as const);
  return { config, weights: Object.fromEntries(sharp), temperature: 1 };
};

const adaptive = { rise: 0.1, tolerance: 0, prompts: 2 };
const values: Recipe = recipe({
  teacher: stubborn(),
  rewards: [],
  objective: {
    type: "distillation",
    divergence: { type: "jsd", beta: 0.5 },
    average: "sequence",
    studentTemperature: 1,
  } as Recipe["objective"],
  data: { onPolicyFraction: 0.5, offPolicy: "teacher", mixing: "sequence", adaptive, replay: { capacity: 4, fresh: 0.25 } },
  rollouts: { ...recipe().rollouts, behavior: { type: "speculative", topK: 3 } },
  evaluation: { every: 2, prompts: 1, temperature: 0 },
});

const logged = (reports: readonly StepReport[]): LoggedRollout[] =>
  reports.flatMap((report) => (report.kind === "rollouts" ? report.rollouts : []));
const metric = (reports: readonly StepReport[], name: string): (number | undefined)[] =>
  reports.flatMap((report) => (report.kind === "step" ? [report.metrics[name]] : []));

/** Trains until the validation after the fourth step. */
const interrupted = async (folder: string): Promise<StepReport[]> => {
  const controller = new AbortController();
  const reports: StepReport[] = [];
  const end = new Promise<void>((resolve, reject) => {
    train(values, { folder, signal: controller.signal }).subscribe({
      next: (report) => {
        reports.push(report);
        if (report.kind === "evaluation" && report.step === 4) controller.abort(new Error("interrupted"));
      },
      complete: resolve,
      error: reject,
    });
  });
  await expect(end).rejects.toThrow("interrupted");
  return reports;
};

test("a run that was interrupted draws, replays and adapts as one that was not", { timeout: 180_000 }, async () => {
  const whole = await trained(values);
  const rollouts = logged(whole);
  expect(new Set(rollouts.map(({ source, behavior }) => `${source} ${behavior ?? "alone"}`))).toEqual(
    new Set(["student speculative", "teacher alone"]),
  );
  expect(metric(whole, "rollouts/replayed").some((share) => share! > 0)).toBe(true);
  const losses = whole.flatMap((report) => (report.kind === "evaluation" ? [report.metrics["validation-loss"]!] : []));
  expect(losses).toHaveLength(4);
  // The fraction of steps 1 and 2, of 3 and 4, and of 5 and 6, after each of the first three losses.
  let [fraction, before] = [0.5, losses[0]!];
  const expected = losses.slice(0, 3).flatMap((loss, i) => {
    if (i > 0 && loss >= before) [fraction, before] = [Math.min(1, fraction + adaptive.rise), loss];
    return [fraction, fraction];
  });
  expect(metric(whole, "on-policy-fraction")).toEqual(expected);
  expect(expected.at(-1)).toBeGreaterThan(0.5);

  const folder = join(mkdtempSync(join(tmpdir(), "retort-sequences-")), "run");
  const first = await interrupted(folder);
  const last = await trained(values, { folder });
  expect(last[0]).toMatchObject({ kind: "resumed", step: 4 });
  // It is validated once more where it resumes, and that must not move lambda again.
  expect(last[1]).toEqual(first.findLast((report) => report.kind === "evaluation"));
  expect(comparable([first, last.slice(2)].flat())).toEqual(comparable(whole));
  expect(bytesOf(weightsOf(last))).toEqual(bytesOf(weightsOf(whole)));
  expect(openThreads()).toBe(0);
});
