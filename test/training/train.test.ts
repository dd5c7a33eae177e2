/** Whole trainings on real threads: the same bytes whatever happens on the way, and a clean end whatever goes wrong. */
import { existsSync, mkdtempSync, readdirSync, watch } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { movingAverage } from "../../src/objectives/baselines/moving-average.ts";
import type { Recipe } from "../../src/training/recipe/recipe.ts";
import type { StepReport } from "../../src/training/recipe/step-report.ts";
import { CheckError } from "../../src/training/checks/watch.ts";
import { train } from "../../src/training/train.ts";
import { adamwValues, bytesOf, checks, comparable, model, recipe, bigram, smallLlama, trained, weightsOf } from "../fixtures/recipes.ts";
import { openThreads, threadsEnded } from "../fixtures/threads.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "retort-train-"));
});
afterEach(() => {
  expect(openThreads()).toBe(0);
});

/** A llama that learns from a slow reward with a state to carry, and is evaluated on the way. */
const values = (parameters: Record<string, unknown>, changes: Partial<Recipe> = {}): Recipe =>
  recipe({
    student: model(smallLlama(), 1),
    rewards: [{ module: "rewards/slow.ts", ...parameters }],
    objective: { ...recipe().objective, baseline: { type: "moving-average", decay: 0.5 } } as Recipe["objective"],
    evaluation: { every: 3, prompts: 4, temperature: 0 },
    ...changes,
  });

/** Trains until the signal aborts; what was reported until then. `watcher` sees each report, and may abort. */
const trainedUntil = async (
  given: Recipe,
  where: string,
  watcher: (report: StepReport | undefined, controller: AbortController) => void,
): Promise<StepReport[]> => {
  const controller = new AbortController();
  const reports: StepReport[] = [];
  watcher(undefined, controller);
  const end = new Promise<void>((resolve, reject) => {
    train(given, { folder: where, signal: controller.signal }).subscribe({
      next: (report) => {
        reports.push(report);
        watcher(report, controller);
      },
      complete: resolve,
      error: reject,
    });
  });
  await expect(end).rejects.toThrow("interrupted");
  expect(openThreads()).toBe(0);
  return reports;
};

const interruption = new Error("interrupted");
const finishedSteps = (reports: readonly StepReport[]): number[] =>
  reports.flatMap((report) => (report.kind === "step" ? [report.step] : []));

describe("the same bytes come out", () => {
  test("whoever finishes first, on one sampler or two, and however often it was interrupted", async () => {
    const whole = await trained(values({ direction: 1 }), { folder });
    expect(whole.map(({ kind }) => kind).join(" ")).toBe(
      "evaluation timeline rollouts step timeline rollouts step timeline rollouts step timeline evaluation timeline rollouts step timeline rollouts step timeline rollouts step timeline evaluation timeline checkpoint finished",
    );
    expect(readdirSync(folder)).toEqual(["checkpoint-00000006.safetensors"]);
    const expected = bytesOf(weightsOf(whole));
    expect(expected).not.toEqual(bytesOf(values({}).student.weights));

    for (const report of whole) {
      if (report.kind !== "step") continue;
      // Of 8 completions of a fresh student, all may be cut.
      const counts = Object.entries(report.metrics).filter(([name]) => name.startsWith("checks/") && name !== "checks/truncated");
      expect(counts.map(([, count]) => count)).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
      expect("gradient/reinforce~distillation/cosine" in report.metrics).toBe(report.step % 2 === 1);
    }

    let state = movingAverage(0.5).initial;
    for (const report of whole) {
      if (report.kind !== "rollouts") continue;
      const rewards = Float32Array.from(report.rollouts, ({ reward }) => reward ?? Number.NaN);
      const estimate = movingAverage(0.5).estimate(rewards, 2, state);
      expect(report.rollouts.map(({ advantage }) => advantage)).toEqual(
        Array.from(rewards, (reward, i) => reward - estimate.baselines[i]!),
      );
      state = estimate.state;
    }
    expect(state.count).toBe(6);

    const reversed = await trained(values({ direction: -1 }, { machine: { engine: "onnx", threads: 1, samplers: 2 } }));
    expect(bytesOf(weightsOf(reversed))).toEqual(expected);
    expect(comparable(reversed)).toEqual(comparable(whole));

    const root = mkdtempSync(join(tmpdir(), "retort-interrupted-"));
    const once = join(root, "waiting");
    const unfinished = join(root, "unfinished");
    const waits = values({ direction: 1, at: 2, what: "wait", once });
    // In the middle of step 3: a reward is waiting.
    const first = await trainedUntil(waits, unfinished, (report, controller) => {
      if (report !== undefined) return;
      const watcher = watch(root, () => {
        if (!existsSync(once)) return;
        watcher.close();
        controller.abort(interruption);
      });
    });
    expect(finishedSteps(first)).toEqual([1, 2]);
    expect(readdirSync(unfinished)).toEqual(["checkpoint-00000002.safetensors"]);
    // Right after step 3, before the evaluation that is due.
    const second = await trainedUntil(waits, unfinished, (report, controller) => {
      if (report?.kind === "step" && report.step === 3) controller.abort(interruption);
    });
    expect(second[0]).toMatchObject({ kind: "resumed", step: 2 });
    expect(finishedSteps(second)).toEqual([3]);
    const last = await trained(waits, { folder: unfinished });
    expect(bytesOf(weightsOf(last))).toEqual(expected);
    expect(comparable([first, second, last].flat())).toEqual(comparable(whole));

    const again = await trained(waits, { folder: unfinished });
    expect(again.map(({ kind }) => kind)).toEqual(["resumed", "evaluation", "timeline", "checkpoint", "finished"]);
    expect(bytesOf(weightsOf(again))).toEqual(expected);
  });
});

test("a student that equals its teacher has nothing to learn from it", async () => {
  const student = model(bigram(), 1);
  const { training } = recipe();
  const reports = await trained(
    recipe({
      student,
      teacher: { ...student, temperature: 1 },
      rewards: [],
      objective: {
        type: "distillation",
        divergence: { type: "reverse-kl" },
        average: "sequence",
        studentTemperature: 1,
      } as Recipe["objective"],
      training: { ...training, steps: 2, optimizer: { ...adamwValues, weightDecay: 0, epsilon: 1e-3 } },
    }),
  );
  for (const report of reports) {
    if (report.kind !== "step") continue;
    expect(Math.abs(report.metrics["loss"]!)).toBeLessThan(1e-6);
    expect(report.metrics["gradient/norm"]).toBeLessThan(1e-6);
    expect(report.metrics).not.toHaveProperty("reward");
  }
  const weights = weightsOf(reports)["ngram.logits"]!;
  const moved = weights.map((value, i) => Math.abs(value - student.weights["ngram.logits"]![i]!));
  expect(Math.max(...moved)).toBeLessThan(1e-4);
});

describe("a clean end", () => {
  const failure = async (given: Recipe): Promise<{ error: Error; reports: StepReport[] }> => {
    const reports: StepReport[] = [];
    const error = await new Promise<unknown>((resolve) => {
      train(given, { folder }).subscribe({
        next: (report) => reports.push(report),
        error: resolve,
        complete: () => resolve("it completed"),
      });
    });
    if (!(error instanceof Error)) throw new Error(`expected an error, got ${String(error)}`);
    expect(openThreads()).toBe(0);
    return { error, reports };
  };

  test("after unsubscribing: every thread ends, and the steps that were done are kept", async () => {
    await new Promise<void>((resolve, reject) => {
      const subscription = train(values({}), { folder }).subscribe({
        next: (report) => {
          if (report.kind !== "step" || report.step < 2) return;
          subscription.unsubscribe();
          resolve();
        },
        error: reject,
      });
    });
    expect(openThreads()).toBeGreaterThan(0);
    await threadsEnded();
    expect(readdirSync(folder)).toEqual(["checkpoint-00000002.safetensors"]);
  });

  test("after a reward that throws: the error names it, and the checkpoint before stays", async () => {
    const { error, reports } = await failure(
      values({ at: 1, what: "throw" }, { training: { ...recipe().training, checkpoints: { ...recipe().training.checkpoints, every: 1 } } }),
    );
    expect(error.message).toMatch(
      /scorer "reward" failed on .*: reward slow: expected a score for prompt \d+ ".*", sample \d, got an error: the judge is ill/u,
    );
    expect(reports.map(({ kind }) => kind)).toEqual(["evaluation", "timeline", "rollouts", "step", "timeline", "checkpoint"]);
    expect(readdirSync(folder)).toEqual(["checkpoint-00000001.safetensors"]);
  });

  test("after a check that is not passed: its step is kept, and with more patience the run resumes from there", async () => {
    const given = (rewardRange: number): Recipe => ({
      ...recipe({ rewards: [{ module: "rewards/length.mjs", range: [0, 3] }] }),
      training: { ...recipe().training, steps: 2, checks: { ...checks, rewardRange } },
    });
    const { error, reports } = await failure(given(1));
    expect(error).toBeInstanceOf(CheckError);
    expect(error.message).toMatch(
      /^step 1: reward length is \d, outside of \[0, 3\].*; check what .* training\.checks\.rewardRange .* off$/u,
    );
    expect(reports.map(({ kind }) => kind)).toEqual(["evaluation", "timeline", "rollouts", "step", "timeline", "checkpoint"]);
    const goesOn = await trained(given(11), { folder });
    expect(goesOn.map(({ kind }) => kind)).toEqual([
      "resumed",
      "rollouts",
      "step",
      "timeline",
      "warning",
      "evaluation",
      "timeline",
      "checkpoint",
      "finished",
    ]);
    expect(goesOn[4]).toMatchObject({
      step: 2,
      check: "rewardRange",
      message: expect.stringMatching(/^steps 1 to 2: reward length is/u) as string,
    });
    const counts = [...reports, ...goesOn].flatMap((report) => (report.kind === "step" ? [report.metrics["checks/rewardRange"]!] : []));
    expect(counts[0]).toBeGreaterThan(0);
    expect(counts[1]).toBeGreaterThan(counts[0]!);
  });

  test("before it began: what does not fit starts no thread", async () => {
    const large = { ...bigram(), vocabularySize: 99 };
    const teacher = { ...model(bigram(), 2), config: { ...large.config, vocab_size: 99 }, temperature: 1 };
    const { error } = await failure(values({}, { teacher }));
    expect(error.message).toMatch(
      /^teacher: expected the student's vocabulary of \d+ tokens, got 99 of another tokenizer; take an objective for unlike vocabularies$/u,
    );
    const long = await failure(values({}, { rollouts: { ...recipe().rollouts, maxNewTokens: 13 } }));
    expect(long.error.message).toMatch(/^student: expected a context of 4 prompt and 13 new tokens, got 16/u);
    expect(readdirSync(folder)).toEqual([]);
  });

  test("before it began: aborted already", async () => {
    const reason = new Error("not even begun");
    const end = new Promise<void>((resolve, reject) => {
      train(values({}), { folder, signal: AbortSignal.abort(reason) }).subscribe({ complete: resolve, error: reject });
    });
    await expect(end).rejects.toBe(reason);
    expect(readdirSync(folder)).toEqual([]);
  });
});
