/** Whole trainings of reward models: they learn what is preferred, an interruption changes no byte, and what is frozen stays. */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Recipe } from "../../src/training/recipe/recipe.ts";
import type { StepReport } from "../../src/training/recipe/step-report.ts";
import { train } from "../../src/training/train.ts";
import { pairsRecipe } from "../fixtures/pairs.ts";
import { bytesOf, comparable, trained, weightsOf } from "../fixtures/recipes.ts";
import { openThreads } from "../fixtures/threads.ts";

const interrupted = async (given: Recipe, folder: string): Promise<StepReport[]> => {
  const controller = new AbortController();
  const reports: StepReport[] = [];
  const end = new Promise<void>((resolve, reject) => {
    train(given, { folder, signal: controller.signal }).subscribe({
      next: (report) => {
        reports.push(report);
        if (report.kind === "step" && report.step === 5) controller.abort(new Error("interrupted"));
      },
      complete: resolve,
      error: reject,
    });
  });
  await expect(end).rejects.toThrow("interrupted");
  return reports;
};

test("a reward model learns what is preferred, and resumes from a checkpoint", { timeout: 600_000 }, async () => {
  const given = pairsRecipe();
  const whole = await trained(given);
  const accuracies = whole.flatMap((report) => (report.kind === "evaluation" ? [report.metrics["accuracy"]!] : []));
  expect(accuracies).toHaveLength(3);
  expect(accuracies[0]).toBeLessThan(0.75);
  expect(accuracies[2]).toBeGreaterThanOrEqual(0.9);
  const steps = whole.flatMap((report) => (report.kind === "step" ? [report.metrics] : []));
  expect(steps.at(-1)!["loss"]).toBeLessThan(steps[0]!["loss"]! / 2);
  expect(steps.at(-1)!["pairs/accuracy"]).toBeGreaterThan(0.8);
  expect(steps.every((metrics) => Object.keys(metrics).every((name) => !name.startsWith("reward")))).toBe(true);

  const rollouts = whole.find((report) => report.kind === "rollouts")!;
  if (rollouts.kind !== "rollouts") throw new Error("expected rollouts");
  expect(rollouts.rollouts).toHaveLength(16);
  for (let pair = 0; pair < 8; pair += 1) {
    const [better, worse] = rollouts.rollouts.slice(2 * pair, 2 * pair + 2);
    expect(better!.prompt).toBe(worse!.prompt);
    expect(better!.completion.split("a").length).toBeGreaterThan(worse!.completion.split("a").length);
  }

  expect(Object.keys(weightsOf(whole)).toSorted()).toEqual(Object.keys(given.student.weights).toSorted());
  const folder = mkdtempSync(join(tmpdir(), "retort-pairs-"));
  const first = await interrupted(given, folder);
  const rest = await trained(given, { folder });
  expect(bytesOf(weightsOf(rest))).toEqual(bytesOf(weightsOf(whole)));
  expect(comparable([...first, ...rest])).toEqual(comparable(whole));
  expect(openThreads()).toBe(0);
});

test("only the head of a reward model may learn", { timeout: 600_000 }, async () => {
  const given = pairsRecipe();
  const weights = weightsOf(await trained({ ...given, training: { ...given.training, steps: 3, freeze: ["model"] } }));
  const changed = Object.keys(weights).filter((name) => bytesOf(weights)[name] !== bytesOf(given.student.weights)[name]);
  expect(changed).toEqual(["score.weight"]);
});

test("adapters and odd batches are refused", async () => {
  const given = pairsRecipe();
  const { training } = given;
  const adapters = { rank: 2, alpha: 4, targets: ["q_proj"] };
  await expect(trained({ ...given, training: { ...training, adapters } })).rejects.toThrow(
    "adapters: expected a student that writes, got a reward model",
  );
  await expect(trained({ ...given, training: { ...training, batch: 5 }, rollouts: { ...given.rollouts, group: 1 } })).rejects.toThrow(
    "pairs: expected an even batch, got 5",
  );
});
