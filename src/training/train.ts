/** Training: from a recipe to a stream of reports. Subscribing is running; unsubscribing ends every thread. */
import { setMaxListeners } from "node:events";
import { mkdir } from "node:fs/promises";
import { Observable, type Subscriber } from "rxjs";
import { Lookahead } from "./lookahead.ts";
import { objectives } from "../objectives/index.ts";
import { progressAt } from "../objectives/schedule.ts";
import type { Task } from "../tasks/task.ts";
import { normalizerOf, type RewardNormalizer } from "../rewards/normalization.ts";
import { rangesOf } from "../rewards/weighted.ts";
import type { Slot } from "../rollouts/slot.ts";
import { isTempered } from "../rollouts/shaping.ts";
import { Timeline } from "../rollouts/timeline.ts";
import { stepChecks } from "./checks/all.ts";
import type { Check } from "./checks/check.ts";
import { CheckError, watch } from "./checks/watch.ts";
import { beginning, newestCheckpoint, readCheckpoint, writeCheckpoint, type HostState, type Progress } from "./checkpoint.ts";
import { collate, type Batch } from "./collate.ts";
import { comparePairs } from "./compare.ts";
import { openCrew, type Answers, type Crew } from "./crew.ts";
import type { UpdateAnswer, UpdateRequest } from "./learner-worker.ts";
import type { Settled } from "./outcomes.ts";
import { rolloutMetrics } from "./rollout-metrics.ts";
import { evaluate, referenceLoss } from "./evaluate.ts";
import { validationLoss } from "./adaptive-fraction.ts";
import { recipeObjective } from "./recipe-objective.ts";
import { recipeTask } from "./recipe-task.ts";
import type { Recipe } from "./recipe.ts";
import type { StepReport } from "./report.ts";
import { judgedRows, shares, type StepRows } from "./rows.ts";
import { learningRateFactor } from "./schedule.ts";
import { runShape, type RunShape } from "./shape.ts";
import { lookaheadOf, sequencesOf, type Sequences } from "./sequences.ts";
import { stepRollouts } from "./step-rollouts.ts";

/** How a run may be stopped and go on. */
export interface TrainOptions {
  /** Aborting stops after the step in progress is given up, writes a checkpoint of the last whole step, and fails with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Where checkpoints are written, and the newest one of this recipe is taken up. Without it nothing is written. */
  readonly folder?: string;
}

interface Run {
  readonly recipe: Recipe;
  readonly task: Task;
  readonly shape: RunShape;
  readonly crew: Crew;
  readonly ahead: Lookahead<StepSequences>;
  readonly checks: readonly Check[];
  readonly normalizer: RewardNormalizer | undefined;
  readonly sequences: Sequences;
  readonly emit: (report: StepReport) => void;
  readonly signal: AbortSignal;
}

/** Between two steps, what the run itself carries. */
type Standing = Omit<Progress, "learner">;

/** The sequences of a step, drawn and scored. */
interface StepSequences {
  /** lambda. */
  readonly fraction: number;
  readonly slots: readonly Slot[];
  readonly scored: readonly Settled<Answers>[];
}

/** What a step leaves to the next one, and why there must be none. */
interface Taken {
  readonly host: HostState;
  readonly failure: CheckError | undefined;
}

/** Begins a step, which may be learned from later: its sequences are drawn and scored. */
const beginStep = (run: Run, step: number, host: HostState): void => {
  const { recipe, task, shape, crew, sequences, ahead } = run;
  const { seed, rollouts, machine, scoring } = recipe;
  const wholeGroups = objectives.create(recipe.objective).advantages !== undefined;
  ahead.begin(step, async ({ version, timeline, drawn, signal }) => {
    const { fraction, slots } = sequences.at(step, host.sequences);
    const bounds = { inFlight: machine.samplers + 1, mostDropped: scoring.mostDropped, wholeGroups, maxNewTokens: shape.maxNewTokens };
    const request = { seed, step, version, slots, ...rollouts, ...bounds, observe: timeline.add, drawn };
    return { fraction, slots, scored: await stepRollouts(crew, task, request, signal) };
  });
};

/** The rows of a step, given what was carried from the step before. */
const judge = ({ recipe, normalizer }: Run, scored: StepSequences["scored"], host: HostState): StepRows => {
  const { group, behavior } = recipe.rollouts;
  const { advantages } = objectives.create(recipe.objective);
  const rewards = normalizer === undefined ? {} : { rewards: normalizer, rewardsState: host.rewards };
  return judgedRows(scored, { group, behavior, ...rewards, advantages, advantagesState: host.advantages });
};

/** Learns from a batch; the teacher that follows the student gets the new weights, and they are offered when anybody will draw with them. */
const learn = async ({ recipe, crew, ahead }: Run, step: number, update: UpdateRequest): Promise<UpdateAnswer> => {
  const learned = await crew.learner.call("update", update, { transfer: Object.values(update.batch) });
  await crew.follow?.();
  if (ahead.asksFor(step) || evaluates(recipe, step)) ahead.offer(step, await crew.learner.call("weights", undefined));
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
  const drawn = judge(run, taken.scored, host);
  const scored = performance.now();
  const controlled = controller?.value(host.controller) ?? 0;
  const batch = collate(drawn.rows, shape.batch, needs, task.tokenizer.padId, { progress, controlled });
  const factor = learningRateFactor(training.schedule, step, training.steps);
  const { updates } = training;
  const update = { batch, step: (step - 1) * updates + 1, factor, updates, inspect: inspects(recipe, step) };
  const { metrics, inspected } = await timeline.during("update", drawn.rows.length, () => learn(run, step, update));
  const ended = performance.now();
  const kept = drawn.logged.filter(({ dropped }) => dropped !== true);
  const seen = inspected === undefined ? {} : { logProbs: inspected.logProbs.subarray(0, drawn.rows.length * shape.batch.length) };
  const shared = shares(drawn);
  const watched = watch(run.checks, { step, metrics: { ...metrics, ...shared }, rows: drawn.rows, logged: kept, ...seen }, host.checks);
  emit({ kind: "rollouts", step, rollouts: drawn.logged });
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
      ...(controller === undefined ? {} : { controlled }),
      "learning-rate": training.optimizer.learningRate * factor,
      "time/rollouts": scored - started,
      "time/update": ended - scored,
    },
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
    },
    failure: watched.failure,
  };
};

/** Of a reward model there are no terms to compare, and no tokens that it sampled. */
const inspects = ({ training: { inspectEvery }, objective }: Recipe, step: number): boolean =>
  inspectEvery > 0 && (step - 1) % inspectEvery === 0 && objectives.create(objective).pairs !== true;

const evaluates = ({ evaluation, training }: Recipe, step: number): boolean =>
  step === training.steps || (evaluation.every > 0 && step % evaluation.every === 0);

const checkpoints = ({ training }: Recipe, step: number): boolean => training.checkpointEvery > 0 && step % training.checkpointEvery === 0;

/** Reports how good the student is after `step` steps; when lambda is adaptive, that moves it. */
const examine = async (
  { recipe, task, shape, crew, sequences, ahead, emit, signal }: Run,
  step: number,
  host: HostState,
  timeline: Timeline,
): Promise<HostState> => {
  await ahead.show(step, timeline);
  const { seed, evaluation, rollouts } = recipe;
  if (objectives.create(recipe.objective).pairs === true) {
    const { batch, maxNewTokens } = shape;
    const scores = (given: Batch): Promise<Float32Array> => crew.learner.call("scores", given, { signal });
    emit(await comparePairs(task, { step, prompts: evaluation.prompts, shape: batch, maxNewTokens, scores }));
    return host;
  }
  const { chunk, stop: stops = [] } = rollouts;
  const request = { seed, step, settings: evaluation, chunk, stops, observe: timeline.add };
  const evaluated = await evaluate(crew, task, request, signal);
  if (sequences.validation.length === 0) {
    emit(evaluated);
    return host;
  }
  const loss = await referenceLoss(crew, task, sequences.validation, { step, maxNewTokens: shape.maxNewTokens }, signal);
  emit({ ...evaluated, metrics: { ...evaluated.metrics, [validationLoss]: loss } });
  return { ...host, sequences: sequences.validated(host.sequences, loss, step) };
};

/** All steps from where the run stands. */
const takeSteps = async (run: Run, start: Standing, folder: string | undefined): Promise<void> => {
  const { recipe, crew, ahead, emit, signal } = run;
  const { training } = recipe;
  const { maxStaleness } = lookaheadOf(recipe);
  let { step, host } = start;
  const look = async (): Promise<void> => {
    const timeline = new Timeline();
    host = await examine(run, step, host, timeline);
    emit({ kind: "timeline", step, spans: timeline.take() });
  };
  const save = async (): Promise<void> => {
    if (folder === undefined) return;
    const path = await writeCheckpoint(folder, recipe, {
      step,
      learner: await crew.learner.call("state", undefined),
      earlier: ahead.earlier(step),
      host,
    });
    emit({ kind: "checkpoint", step, path });
  };
  try {
    // An evaluation that was due when the run stopped, or that the run before reported, is the beginning of this one's reports.
    if (step === 0 || evaluates(recipe, step)) await look();
    for (let next = step + 1; next <= step + maxStaleness; next += 1) beginStep(run, next, host);
    while (step < training.steps) {
      beginStep(run, step + 1 + maxStaleness, host);
      const taken = await takeStep(run, step + 1, host);
      ({ host } = taken);
      step += 1;
      if (taken.failure !== undefined) throw taken.failure;
      if (evaluates(recipe, step)) await look();
      if (checkpoints(recipe, step)) await save();
      signal.throwIfAborted();
    }
  } catch (error) {
    // The learner holds whole steps only, so what an interruption or a check leaves can be gone on from.
    if ((signal.aborted || error instanceof CheckError) && step > start.step) await save();
    throw error;
  }
  await save();
  const weights = { ...recipe.student.weights, ...(await crew.learner.call("weights", undefined)) };
  const adapters = training.adapters === undefined ? {} : { adapters: await crew.learner.call("adapters", undefined) };
  emit({ kind: "finished", step, weights, ...adapters });
};

/** Opens the threads where the newest checkpoint in the folder stands, or at the beginning. This thread then forgets what is the learner's. */
const openAt = async (
  { recipe, task, shape, emit, signal }: Omit<Run, "crew" | "ahead">,
  folder: string | undefined,
): Promise<{ readonly crew: Crew; readonly start: Standing }> => {
  const newest = folder === undefined ? undefined : await newestCheckpoint(folder);
  const { learner, ...start } = newest === undefined ? beginning(recipe) : await readCheckpoint(newest, recipe);
  if (newest !== undefined) emit({ kind: "resumed", step: start.step, path: newest });
  signal.throwIfAborted();
  return { crew: await openCrew(recipe, task, shape, learner, signal), start };
};

const run = async (recipe: Recipe, { folder }: TrainOptions, signal: AbortSignal, subscriber: Subscriber<StepReport>): Promise<void> => {
  const task = recipeTask(recipe);
  const shape = runShape(recipe, task);
  if (folder !== undefined) await mkdir(folder, { recursive: true });
  const sequences = sequencesOf(recipe, task);
  const context = { task, folder: recipe.folder };
  const ranges = rangesOf(recipe.rewards, context);
  const normalizer = normalizerOf(recipe.rewards, context);
  const checks = stepChecks(recipe.training.checks, ranges, isTempered(recipe.rollouts));
  const parts = { recipe, task, shape, checks, normalizer, sequences, emit: (report: StepReport) => subscriber.next(report), signal };
  const { crew, start } = await openAt(parts, folder);
  const ahead = new Lookahead<StepSequences>({
    ...lookaheadOf(recipe),
    published: start.step,
    publish: (weights) => crew.publish(weights),
    signal,
  });
  try {
    const newest = await crew.learner.call("weights", undefined);
    await crew.publish({ ...recipe.student.weights, ...newest });
    for (const [version, weights] of [...start.earlier, [start.step, newest] as const]) ahead.offer(version, weights);
    await takeSteps({ ...parts, crew, ahead }, start, folder);
  } finally {
    await ahead.close();
    await crew.close();
  }
};

/**
 * Trains. Cold: each subscription is a run of its own. Emits in order of steps, `finished` last. The same recipe gives the same bytes on the same
 * engine and machine, whatever order rewards and teacher finish in, and whether it was interrupted or not. Errors: what the recipe's parts refuse,
 * a reward or teacher that fails, a loss or gradient that is not finite, and a check that is not passed (`training.checks`).
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
