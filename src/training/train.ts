/** Training: from a recipe to a stream of reports. Subscribing is running; unsubscribing ends every thread. */
import { setMaxListeners } from "node:events";
import { mkdir } from "node:fs/promises";
import { Observable, type Subscriber } from "rxjs";
import { defined } from "../optional/defined.ts";
import { Lookahead } from "./sequences/lookahead.ts";
import { normalizerOf } from "../rewards/normalization.ts";
import { rangesOf } from "../rewards/weighted.ts";
import { isTempered } from "../rollouts/decoding/shaping.ts";
import { Timeline } from "../rollouts/scoring/timeline.ts";
import { checksOn, stepChecks } from "./checks/all.ts";
import { CheckError } from "./checks/watch.ts";
import { beginning, type Progress } from "./checkpoints/checkpoint.ts";
import { newestCheckpoint } from "./checkpoints/checkpoint-folder.ts";
import { checkpointWriter, type CheckpointWriter } from "./checkpoints/checkpoint-writer.ts";
import { openRunThreads, type RunThreads } from "./threads/run-threads.ts";
import { evaluates } from "./recipe/due.ts";
import { recipeTask } from "./recipe/recipe-task.ts";
import type { Recipe } from "./recipe/recipe.ts";
import type { StepReport } from "./recipe/step-report.ts";
import { runShape } from "./batch/run-shape.ts";
import { objectiveOf } from "../objectives/objective-of.ts";
import type { IdleThreads } from "../workers/idle-threads.ts";
import { aheadTemperature, lookaheadOf, sequencesOf } from "./sequences/sequences.ts";
import { evaluateStudent } from "./step/evaluate-student.ts";
import type { OpenRun, StepSequences } from "./step/open-run.ts";
import { beginStep, takeStep } from "./step/take-step.ts";

/** How a run may be stopped and resumed. */
export interface TrainOptions {
  /**
   * Aborting stops after the step in progress is given up, writes a checkpoint of the last whole step, and fails with
   * the signal's reason.
   */
  readonly signal?: AbortSignal;
  /** Where checkpoints are written, and the newest one that can be read is taken up. Without it nothing is written. */
  readonly folder?: string;
  /** Called before a checkpoint is written: what was reported until then must be safe, for the run resumes after it. */
  readonly secure?: () => void;
  /** Whether a checkpoint was asked for since it was called last: one follows the step in progress. */
  readonly checkpointAsked?: () => boolean;
  /** The run pauses after this many steps, if it has as many, with a checkpoint. */
  readonly pauseAt?: number;
  /** Threads that wait: those that the run needs are taken from here, and left here at its end. */
  readonly idle?: IdleThreads;
}

/** Between two steps, what the run itself carries. */
type RunProgress = Omit<Progress, "learner">;

/** All steps from where the run is, or those until it is to pause. */
const takeSteps = async (
  run: OpenRun,
  start: RunProgress,
  pauseAt: number,
  writer: CheckpointWriter | undefined,
): Promise<void> => {
  const { recipe, threads, ahead, emit, signal } = run;
  const { training } = recipe;
  const { maxStaleness } = lookaheadOf(recipe);
  const end = Math.max(start.step, Math.min(training.steps, pauseAt));
  let { step, host } = start;
  const evaluateNow = async (): Promise<void> => {
    const timeline = new Timeline();
    host = await evaluateStudent(run, step, host, timeline);
    emit({ kind: "timeline", step, spans: timeline.take() });
  };
  const save = async (): Promise<void> => {
    if (writer === undefined) return;
    const learner = await threads.learner.call("state", undefined);
    emit({ kind: "checkpoint", step, path: await writer.write({ step, learner, earlier: ahead.earlier(step), host }) });
  };
  try {
    // An evaluation that was due when the run stopped, or that the run before reported, is the beginning of this one's
    // reports.
    if (step === 0 || evaluates(recipe, step)) await evaluateNow();
    for (let next = step + 1; next <= step + maxStaleness; next += 1) beginStep(run, next, host);
    while (step < end) {
      beginStep(run, step + 1 + maxStaleness, host);
      const taken = await takeStep(run, step + 1, host);
      ({ host } = taken);
      step += 1;
      if (taken.failure !== undefined) throw taken.failure;
      if (evaluates(recipe, step)) await evaluateNow();
      if (step < end && writer?.isDue(step, host) === true) await save();
      signal.throwIfAborted();
    }
  } catch (error) {
    // The learner holds whole steps only, so the run can resume from what an interruption or a check leaves.
    if ((signal.aborted || error instanceof CheckError) && step > start.step) await save();
    throw error;
  }
  await save();
  if (step < training.steps) {
    emit({ kind: "paused", step });
    return;
  }
  const weights = { ...recipe.student.weights, ...(await threads.learner.call("weights", undefined)) };
  const adapters =
    training.adapters === undefined ? {} : { adapters: await threads.learner.call("adapters", undefined) };
  emit({ kind: "finished", step, weights, best: host.best?.step, ...adapters });
};

/**
 * Opens the threads at the newest checkpoint in the folder, or at the beginning. The learner's state is then its
 * thread's alone.
 */
const openAt = async (
  { recipe, task, shape, emit, signal }: Omit<OpenRun, "threads" | "ahead">,
  { folder, idle }: Pick<TrainOptions, "folder" | "idle">,
): Promise<{ readonly threads: RunThreads; readonly start: RunProgress }> => {
  const { found, damaged } =
    folder === undefined ? { found: undefined, damaged: [] } : await newestCheckpoint(folder, recipe);
  for (const message of damaged) emit({ kind: "damaged", message });
  const { learner, ...start } = found?.progress ?? beginning(recipe);
  if (found !== undefined) emit({ kind: "resumed", step: start.step, path: found.path });
  signal.throwIfAborted();
  return { threads: await openRunThreads(recipe, task, shape, learner, signal, idle), start };
};

const run = async (
  recipe: Recipe,
  options: TrainOptions,
  signal: AbortSignal,
  subscriber: Subscriber<StepReport>,
): Promise<void> => {
  const { folder, secure, checkpointAsked: asked, pauseAt = Number.POSITIVE_INFINITY } = options;
  const task = recipeTask(recipe);
  const shape = runShape(recipe, task);
  if (folder !== undefined) await mkdir(folder, { recursive: true });
  const sequences = sequencesOf(recipe, task);
  const context = { task, folder: recipe.folder };
  const ranges = rangesOf(recipe.rewards, context);
  const normalizer = normalizerOf(recipe.rewards, context);
  const checks = stepChecks(
    checksOn(recipe.machine.engine, recipe.training.checks),
    ranges,
    isTempered(recipe.rollouts),
  );
  const parts = {
    recipe,
    objective: objectiveOf(recipe.objective, aheadTemperature(recipe)),
    task,
    shape,
    checks,
    normalizer,
    sequences,
    emit: (report: StepReport) => subscriber.next(report),
    signal,
  };
  const { threads, start } = await openAt(parts, options);
  const ahead = new Lookahead<StepSequences>({
    ...lookaheadOf(recipe),
    publish: (weights) => threads.publish(weights),
    signal,
  });
  try {
    const { weights: newest, memory } = await threads.learner.call("shared", { memory: undefined });
    await threads.publish({ ...recipe.student.weights, ...newest });
    for (const [version, weights] of start.earlier) ahead.offer(version, weights);
    ahead.shows(start.step, newest, memory);
    const writer = folder === undefined ? undefined : checkpointWriter(folder, recipe, defined({ secure, asked }));
    await takeSteps({ ...parts, threads, ahead }, start, pauseAt, writer);
  } finally {
    await ahead.close();
    await threads.close();
  }
};

/**
 * Trains. Cold: each subscription is a run of its own. Emits in order of steps, `finished` last. The same recipe gives
 * the same bytes on the same engine and machine, whatever order rewards and teacher finish in, and whether it was
 * interrupted or not. Errors: what the recipe's parts refuse, a reward or teacher that fails, a loss or gradient that
 * is not finite, and a check that is not passed (`training.checks`).
 */
export const train = (recipe: Recipe, options: TrainOptions = {}): Observable<StepReport> =>
  new Observable((subscriber) => {
    const ending = new AbortController();
    const signal = options.signal === undefined ? ending.signal : AbortSignal.any([ending.signal, options.signal]);
    // Every call in flight listens; each leaves with its answer.
    setMaxListeners(0, signal);
    run(recipe, options, signal, subscriber).then(
      () => subscriber.complete(),
      (error: unknown) => subscriber.error(error),
    );
    return () => ending.abort(new Error("the run was unsubscribed"));
  });
