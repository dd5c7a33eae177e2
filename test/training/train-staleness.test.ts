/** Whole trainings whose steps are drawn ahead: with the weights that they say, the same bytes however often interrupted, and a clean end. */
import { existsSync, mkdtempSync, watch } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { readSafetensors } from "../../src/policies/checkpoints/safetensors/safetensors.ts";
import type { Recipe } from "../../src/training/recipe/recipe.ts";
import type { RolloutsScored, StepReport } from "../../src/training/recipe/step-report.ts";
import { sequencesOf, noSequences } from "../../src/training/sequences/sequences.ts";
import { stepRollouts } from "../../src/training/step/step-rollouts.ts";
import { train } from "../../src/training/train.ts";
import { inOneThread } from "../fixtures/one-thread.ts";
import { bytesOf, comparable, recipe, smallTask, trained, weightsOf } from "../fixtures/recipes.ts";
import { openThreads } from "../fixtures/threads.ts";

afterEach(() => {
  expect(openThreads()).toBe(0);
});

const { teacher: _teacher, ...alone } = recipe();

/** REINFORCE with importance weights on a slow reward, `steps` steps of which up to `maxStaleness` are ahead. */
const values = (maxStaleness: number, steps: number, parameters: Record<string, unknown> = {}): Recipe => ({
  ...alone,
  rewards: [{ module: "rewards/slow.ts", direction: 1, ...parameters }],
  objective: {
    type: "policy-gradient",
    baseline: { type: "moving-average", decay: 0.5 },
    rewardScale: 1,
    normalize: "none",
    ratio: "token",
    truncate: 2,
    average: "sequence",
    studentTemperature: 1,
  },
  rollouts: { ...alone.rollouts, maxStaleness },
  training: { ...alone.training, steps, schedule: { warmup: 0, decay: "constant", final: 1 } },
  evaluation: { every: 3, prompts: 4, temperature: 0 },
});

const interruption = new Error("interrupted");

/** Trains until `stop` says so, or a file appears. */
const trainedUntil = async (given: Recipe, folder: string, stop: (report: StepReport) => boolean, file?: string): Promise<StepReport[]> => {
  const controller = new AbortController();
  const reports: StepReport[] = [];
  if (file !== undefined) {
    const watcher = watch(join(file, ".."), () => {
      if (!existsSync(file)) return;
      watcher.close();
      controller.abort(interruption);
    });
  }
  const end = new Promise<void>((resolve, reject) => {
    train(given, { folder, signal: controller.signal }).subscribe({
      next: (report) => {
        reports.push(report);
        if (stop(report)) controller.abort(interruption);
      },
      complete: resolve,
      error: reject,
    });
  });
  await expect(end).rejects.toThrow("interrupted");
  expect(openThreads()).toBe(0);
  return reports;
};

const after =
  (step: number) =>
  (report: StepReport): boolean =>
    report.kind === "step" && report.step === step;

const rolloutsOf = (reports: readonly StepReport[]): readonly RolloutsScored[] =>
  reports.flatMap((report) => (report.kind === "rollouts" ? [report] : []));

test(
  "one step ahead: a step is drawn with the weights before the ones that learn, and a run resumes with the same bytes",
  { timeout: 240_000 },
  async () => {
    const whole = await trained(values(1, 5));
    expect(rolloutsOf(whole).map(({ rollouts }) => [...new Set(rollouts.map(({ version }) => version))])).toEqual([
      [0],
      [0],
      [1],
      [2],
      [3],
    ]);
    const steps = whole.flatMap((report) => (report.kind === "step" ? [report.metrics] : []));
    expect(steps.map((metrics) => metrics["rollouts/staleness"])).toEqual([0, 1, 1, 1, 1]);
    // The learner's ratios are 1 only where what draws is what learns; each is reported as it is, whatever the objective cuts.
    const [fresh, ...stale] = steps.map((metrics) => ["mean", "max", "effective-tokens"].map((name) => metrics[`importance/${name}`]!));
    for (const value of fresh!) expect(value).toBeCloseTo(1, 5);
    for (const [mean, max, effective] of stale as [number, number, number][]) {
      expect(max).toBeGreaterThan(1.01);
      expect(max).toBeGreaterThan(mean);
      expect(effective).toBeLessThan(0.9999);
      expect(effective).toBeGreaterThan(0.3);
    }
    for (const metrics of steps) expect(metrics["importance/mean"]).toBeCloseTo(metrics["policy/ratio"]!, 5);

    // The first step is learned from alike with nothing ahead, and the weights after it draw the third.
    const first = weightsOf(await trained(values(0, 1)));
    const task = smallTask();
    const third = { ...values(1, 5), student: { ...alone.student, weights: first } };
    const { assignments } = sequencesOf(third, task).at(3, noSequences);
    const { seed, rollouts } = third;
    const request = {
      seed,
      step: 3,
      version: 1,
      assignments,
      ...rollouts,
      maxNewTokens: 6,
      inFlight: 2,
      wholeGroups: true,
      mostDropped: 0,
    };
    const drawn = await stepRollouts(await inOneThread(third, task), task, request, new AbortController().signal);
    expect(rolloutsOf(whole)[2]!.rollouts.map(({ completion }) => completion)).toEqual(drawn.map(({ rollout }) => rollout.text));

    const root = mkdtempSync(join(tmpdir(), "retort-ahead-"));
    const [folder, once] = [join(root, "unfinished"), join(root, "waiting")];
    // While step 3 is scored, which began before step 2 was learned from, and step 4 is drawn or waits for that.
    const waits = values(1, 5, { at: 1, what: "wait", once });
    const begun = await trainedUntil(waits, folder, () => false, once);
    const done = begun.filter(({ kind }) => kind === "step").length;
    expect([1, 2]).toContain(done);
    const { tensors } = await readSafetensors(join(folder, `checkpoint-0000000${done}.safetensors`));
    expect(Object.keys(tensors).filter((name) => name.startsWith("earlier/"))).toEqual([`earlier/${done - 1}/ngram.logits`]);
    const last = await trained(waits, { folder });
    expect(last[0]).toMatchObject({ kind: "resumed", step: done });
    expect(bytesOf(weightsOf(last))).toEqual(bytesOf(weightsOf(whole)));
    expect(comparable([begun, last].flat())).toEqual(comparable(whole));
  },
);

test(
  "three steps ahead, with a teacher and sequences of others: the same bytes whenever it is interrupted",
  { timeout: 240_000 },
  async () => {
    const objective = {
      type: "weighted-sum",
      terms: [
        { weight: 1, objective: values(3, 7).objective },
        {
          weight: 0.5,
          objective: { type: "distillation", divergence: { type: "reverse-kl" }, average: "sequence", studentTemperature: 1 },
        },
      ],
    } as Recipe["objective"];
    const data = { onPolicyFraction: 0.75, offPolicy: "references", mixing: "sequence" } as const;
    const given: Recipe = { ...recipe(), ...values(3, 7), objective, data };
    const whole = await trained(given);
    const versions = rolloutsOf(whole).map(({ rollouts }) => rollouts.map(({ version }) => version));
    expect(versions.map((all) => [...new Set(all)])).toEqual([[0], [0], [0], [0], [1], [2], [3]]);
    const folder = join(mkdtempSync(join(tmpdir(), "retort-ahead-")), "unfinished");
    const parts: StepReport[] = [];
    // After the third step, before the evaluation that is due.
    for (const step of [1, 3]) parts.push(...(await trainedUntil(given, folder, after(step))));
    const { tensors } = await readSafetensors(join(folder, "checkpoint-00000003.safetensors"));
    const kept = Object.keys(tensors).filter((name) => name.startsWith("earlier/"));
    expect(kept).toEqual([0, 1, 2].map((version) => `earlier/${version}/ngram.logits`));
    parts.push(...(await trained(given, { folder })));
    expect(bytesOf(weightsOf(parts))).toEqual(bytesOf(weightsOf(whole)));
    expect(comparable(parts)).toEqual(comparable(whole));

    // Each span is in the timeline of the step that it is of, and nothing of one lane and slot runs twice at once.
    const spans = whole.flatMap((report) =>
      report.kind === "timeline" ? report.spans.map((span) => ({ ...span, step: report.step })) : [],
    );
    const draws = (step: number) => spans.filter((span) => span.step === step && span.lane === "draw");
    const update = (step: number) => spans.find((span) => span.step === step && span.lane === "update")!;
    expect(Math.min(...draws(4).map(({ start }) => start))).toBeLessThan(update(1).end);
    expect(Math.max(...draws(5).map(({ end }) => end))).toBeLessThan(update(5).start);
    for (const one of spans) {
      for (const other of spans) {
        if (other === one || other.lane !== one.lane || other.slot !== one.slot) continue;
        expect(one.end <= other.start || other.end <= one.start).toBe(true);
      }
    }
  },
);
