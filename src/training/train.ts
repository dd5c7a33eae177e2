/** Training: from a recipe to a stream of reports. Subscribing is running; unsubscribing ends every thread. */
import { setMaxListeners } from "node:events";
import { mkdir } from "node:fs/promises";
import { Observable, type Subscriber } from "rxjs";
import { Lookahead } from "./sequences/lookahead.ts";
import { objectiveOf } from "../objectives/objective-of.ts";
import { progressAt } from "../objectives/schedules/schedule.ts";
import type { Task } from "../tasks/task.ts";
import { normalizerOf, type RewardNormalizer } from "../rewards/normalization.ts";
import { rangesOf } from "../rewards/weighted.ts";
import type { GroupAssignment } from "../rollouts/batches/group-assignment.ts";
import { isTempered } from "../rollouts/decoding/shaping.ts";
import { Timeline } from "../rollouts/scoring/timeline.ts";
import { stepChecks } from "./checks/all.ts";
import type { Check } from "./checks/check.ts";
import { CheckError, watch } from "./checks/watch.ts";
import { beginning, bestOf, type HostState, type Progress } from "./checkpoints/checkpoint.ts";
import { newestCheckpoint } from "./checkpoints/checkpoint-folder.ts";
import { checkpointWriter, type CheckpointWriter } from "./checkpoints/checkpoint-writer.ts";
import { collate, type Batch } from "./batch/collate.ts";
import { pairAccuracy } from "./step/pair-accuracy.ts";
import { openRunThreads, type RunThreads } from "./threads/run-threads.ts";
import type { UpdateAnswer, UpdateRequest } from "./learner/learner-worker.ts";
import type { Answers } from "./batch/row.ts";
import type { ScoredRollout } from "../rollouts/scoring/scorer.ts";
import { rolloutMetrics } from "./batch/rollout-metrics.ts";
import { evaluates, inspects, isFullEvaluation } from "./recipe/due.ts";
import { evaluate, referenceLoss } from "./step/evaluate.ts";
import { validationLoss } from "./sequences/adaptive-fraction.ts";
import { recipeObjective } from "./sequences/recipe-objective.ts";
import { recipeTask } from "./recipe/recipe-task.ts";
import type { Recipe } from "./recipe/recipe.ts";
import type { StepReport } from "./recipe/step-report.ts";
import { assignAdvantages, shares, type StepRows } from "./batch/assign-advantages.ts";
import { learningRateFactor } from "./recipe/learning-rate.ts";
import { runShape, type RunShape } from "./batch/run-shape.ts";
import { lookaheadOf, sequencesOf, type Sequences } from "./sequences/sequences.ts";
import { stepRollouts } from "./step/step-rollouts.ts";
import { withTokens } from "./batch/token-log.ts";
import { defined } from "../optional/defined.ts";

/** How a run may be stopped and go on. */
export interface TrainOptions {
  /**
   * Aborting stops after the step in progress is given up, writes a checkpoint of the last whole step, and fails with
   * the signal's reason.
   */
  readonly signal?: AbortSignal;
  /** Where checkpoints are written, and the newest one that can be read is taken up. Without it nothing is written. */
  readonly folder?: string;
  /** Called before a checkpoint is written: what was reported until then must be safe, for the run goes on after it. */
  readonly secure?: () => void;
  /** The run pauses after this many steps, if it has as many, with a checkpoint. */
  readonly pauseAt?: number;
}

interface Run {
  readonly recipe: Recipe;
  readonly task: Task;
  readonly shape: RunShape;
  readonly threads: RunThreads;
  readonly ahead: Lookahead<StepSequences>;
  readonly checks: readonly Check[];
  readonly normalizer: RewardNormalizer | undefined;
  readonly sequences: Sequences;
  readonly emit: (report: StepReport) => void;
  readonly signal: AbortSignal;
}

/** Between two steps, what the run itself carries. */
type RunProgress = Omit<Progress, "learner">;

/** The sequences of a step, drawn and scored. */
interface StepSequences {
  /** lambda. */
  readonly fraction: number;
  readonly slots: readonly GroupAssignment[];
  readonly scored: readonly ScoredRollout<Answers>[];
}

/** What a step leaves to the next one, and why there must be none. */
interface Taken {
  readonly host: HostState;
  readonly failure: CheckError | undefined;
}

/** Begins a step, which may be learned from later: its sequences are drawn and scored. */
const beginStep = (run: Run, step: number, host: HostState): void => {
  const { recipe, task, shape, threads, sequences, ahead } = run;
  const { seed, rollouts, machine, scoring } = recipe;
  const wholeGroups = objectiveOf(recipe.objective).advantages !== undefined;
  ahead.begin(step, async ({ version, timeline, drawn, signal }) => {
    const { fraction, slots } = sequences.at(step, host.sequences);
    const bounds = {
      inFlight: machine.samplers + 1,
      mostDropped: scoring.mostDropped,
      wholeGroups,
      maxNewTokens: shape.maxNewTokens,
    };
    const request = { seed, step, version, slots, ...rollouts, ...bounds, observe: timeline.add, drawn };
    return { fraction, slots, scored: await stepRollouts(threads, task, request, signal) };
  });
};

/** The rows of a step, given what was carried from the step before. */
const rowsOf = ({ recipe, normalizer }: Run, scored: StepSequences["scored"], host: HostState): StepRows => {
  const { group, behavior } = recipe.rollouts;
  const { advantages } = objectiveOf(recipe.objective);
  const rewards = normalizer === undefined ? {} : { rewards: normalizer, rewardsState: host.rewards };
  return assignAdvantages(scored, { group, behavior, ...rewards, advantages, advantagesState: host.advantages });
};

/**
 * Learns from a batch; the teacher that follows the student gets the new weights, and they are offered when anybody
 * will draw with them.
 */
const learn = async ({ recipe, threads, ahead }: Run, step: number, update: UpdateRequest): Promise<UpdateAnswer> => {
  const learned = await threads.learner.call("update", update, { transfer: Object.values(update.batch) });
  await threads.follow?.();
  if (ahead.asksFor(step) || evaluates(recipe, step))
    ahead.offer(step, await threads.learner.call("weights", undefined));
  return learned;
};

/** Takes one step: waits for its sequences, learns from them, and reports. */
const takeStep = async (run: Run, step: number, host: HostState): Promise<Taken> => {
  const { recipe, task, shape, sequences, emit } = run;
  const { training } = recipe;
  const started = performance.now();
  const { controller, needs } = recipeObjective(recipe);
  const progress = progressAt(step, training.steps);
  const { sequences: taken, timeline } = await run.ahead.take(step);
  const drawn = rowsOf(run, taken.scored, host);
  const scored = performance.now();
  const controlled = controller?.value(host.controller) ?? 0;
  const batch = collate(drawn.rows, shape.batch, needs, task.tokenizer.padId, { progress, controlled });
  const factor = learningRateFactor(training.schedule, step, training.steps);
  const update = {
    batch,
    step: (step - 1) * training.updates + 1,
    factor,
    updates: training.updates,
    inspect: inspects(recipe, step),
  };
  const { metrics, inspected } = await timeline.during("update", drawn.rows.length, () => learn(run, step, update));
  const ended = performance.now();
  const kept = drawn.logged.filter(({ dropped }) => dropped !== true);
  const seen =
    inspected === undefined
      ? {}
      : { logProbs: inspected.logProbs.subarray(0, drawn.rows.length * shape.batch.completion) };
  const shared = shares(drawn);
  const watched = watch(
    run.checks,
    { step, metrics: { ...metrics, ...shared }, rows: drawn.rows, logged: kept, ...seen },
    host.checks,
  );
  emit({ kind: "rollouts", step, rollouts: withTokens(drawn, inspected?.divergences, shape.batch, task.tokenizer) });
  emit({
    kind: "step",
    step,
    steps: training.steps,
    metrics: {
      ...metrics,
      ...inspected?.metrics,
      ...watched.metrics,
      ...shared,
      ...rolloutMetrics(kept, step, recipe),
      "rollouts/dropped": 1 - kept.length / drawn.logged.length,
      "on-policy-fraction": taken.fraction,
      ...defined({ controlled: controller && controlled }),
      "learning-rate": training.optimizer.learningRate * factor,
    },
    times: { rollouts: scored - started, update: ended - scored },
    tokens: kept.reduce((sum, { tokens }) => sum + tokens, 0),
    milliseconds: ended - started,
  });
  emit({ kind: "timeline", step, spans: timeline.take() });
  for (const warning of watched.warnings) emit({ kind: "warning", step, ...warning });
  return {
    host: {
      advantages: drawn.advantagesState,
      rewards: drawn.rewardsState,
      controller: controller?.observe(host.controller, metrics, progress) ?? null,
      checks: watched.state,
      sequences: sequences.learned(host.sequences, taken.slots, drawn.drawn),
      best: host.best,
    },
    failure: watched.failure,
  };
};

/** Reports how good the student is after `step` steps; when lambda is adaptive, that moves it. */
const evaluateStudent = async (
  { recipe, task, shape, threads, sequences, ahead, emit, signal }: Run,
  step: number,
  host: HostState,
  timeline: Timeline,
): Promise<HostState> => {
  await ahead.show(step, timeline);
  const { seed, evaluation, rollouts } = recipe;
  if (objectiveOf(recipe.objective).pairs === true) {
    const { batch, maxNewTokens } = shape;
    const scores = (given: Batch): Promise<Float32Array> => threads.learner.call("scores", given, { signal });
    const compared = await pairAccuracy(task, {
      step,
      prompts: evaluation.prompts,
      shape: batch,
      maxNewTokens,
      scores,
    });
    emit(compared);
    return { ...host, best: bestOf(host.best, step, compared.accuracy) };
  }
  const { chunk, stop: stops = [] } = rollouts;
  const drawing = { seed, step, maxNewTokens: shape.maxNewTokens, chunk, stops, observe: timeline.add };
  const evaluated = await evaluate(
    threads,
    task,
    { ...drawing, settings: evaluation, full: isFullEvaluation(recipe, step) },
    signal,
  );
  const examined = { ...host, best: bestOf(host.best, step, evaluated.accuracy) };
  if (sequences.validation.length === 0) {
    emit(evaluated);
    return examined;
  }
  const loss = await referenceLoss(
    threads,
    task,
    sequences.validation,
    { step, maxNewTokens: shape.maxNewTokens },
    signal,
  );
  emit({ ...evaluated, metrics: { ...evaluated.metrics, [validationLoss]: loss } });
  return { ...examined, sequences: sequences.validated(host.sequences, loss, step) };
};

/** All steps from where the run stands, or those until it is to pause. */
const takeSteps = async (
  run: Run,
  start: RunProgress,
  pauseAt: number,
  writer: CheckpointWriter | undefined,
): Promise<void> => {
  const { recipe, threads, ahead, emit, signal } = run;
  const { training } = recipe;
  const { maxStaleness } = lookaheadOf(recipe);
  const end = Math.max(start.step, Math.min(training.steps, pauseAt));
  let { step, host } = start;
  const look = async (): Promise<void> => {
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
    if (step === 0 || evaluates(recipe, step)) await look();
    for (let next = step + 1; next <= step + maxStaleness; next += 1) beginStep(run, next, host);
    while (step < end) {
      beginStep(run, step + 1 + maxStaleness, host);
      const taken = await takeStep(run, step + 1, host);
      ({ host } = taken);
      step += 1;
      if (taken.failure !== undefined) throw taken.failure;
      if (evaluates(recipe, step)) await look();
      if (step < end && writer?.isDue(step, host) === true) await save();
      signal.throwIfAborted();
    }
  } catch (error) {
    // The learner holds whole steps only, so what an interruption or a check leaves can be gone on from.
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
 * Opens the threads where the newest checkpoint in the folder stands, or at the beginning. This thread then forgets
 * what is the learner's.
 */
const openAt = async (
  { recipe, task, shape, emit, signal }: Omit<Run, "threads" | "ahead">,
  folder: string | undefined,
): Promise<{ readonly threads: RunThreads; readonly start: RunProgress }> => {
  const { found, damaged } =
    folder === undefined ? { found: undefined, damaged: [] } : await newestCheckpoint(folder, recipe);
  for (const message of damaged) emit({ kind: "damaged", message });
  const { learner, ...start } = found?.progress ?? beginning(recipe);
  if (found !== undefined) emit({ kind: "resumed", step: start.step, path: found.path });
  signal.throwIfAborted();
  return { threads: await openRunThreads(recipe, task, shape, learner, signal), start };
};

const run = async (
  recipe: Recipe,
  options: TrainOptions,
  signal: AbortSignal,
  subscriber: Subscriber<StepReport>,
): Promise<void> => {
  const { folder, secure, pauseAt = Number.POSITIVE_INFINITY } = options;
  const task = recipeTask(recipe);
  const shape = runShape(recipe, task);
  if (folder !== undefined) await mkdir(folder, { recursive: true });
  const sequences = sequencesOf(recipe, task);
  const context = { task, folder: recipe.folder };
  const ranges = rangesOf(recipe.rewards, context);
  const normalizer = normalizerOf(recipe.rewards, context);
  const checks = stepChecks(recipe.training.checks, ranges, isTempered(recipe.rollouts));
  const parts = {
    recipe,
    task,
    shape,
    checks,
    normalizer,
    sequences,
    emit: (report: StepReport) => subscriber.next(report),
    signal,
  };
  const { threads, start } = await openAt(parts, folder);
  const ahead = new Lookahead<StepSequences>({
    ...lookaheadOf(recipe),
    published: start.step,
    publish: (weights) => threads.publish(weights),
    signal,
  });
  try {
    const newest = await threads.learner.call("weights", undefined);
    await threads.publish({ ...recipe.student.weights, ...newest });
    for (const [version, weights] of [...start.earlier, [start.step, newest] as const]) ahead.offer(version, weights);
    const writer = folder === undefined ? undefined : checkpointWriter(folder, recipe, secure);
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
