/** Runs planned runs: makes the stages that are not there yet, trains, and writes every result where it belongs. */
import { existsSync } from "node:fs";
import { rmdir } from "node:fs/promises";
import { join } from "node:path";
import { concatMap, from, Observable, type Subscriber } from "rxjs";
import { modulesIn } from "../../plugins/modules-in.ts";
import { IdleThreads } from "../../workers/idle-threads.ts";
import { engineLibrary } from "../../engine/tensorflow/library/build.ts";
import { pruneCheckpoints } from "../../training/checkpoints/checkpoint-folder.ts";
import type { ServerFacts } from "../../teachers/remote/probe.ts";
import { outcomeOf } from "../../training/recipe/headline.ts";
import type { Recipe } from "../../training/recipe/recipe.ts";
import { train } from "../../training/train.ts";
import type { ProgressReport } from "../../training/recipe/step-report.ts";
import { probeTeacher } from "../../training/step/teacher-probe.ts";
import { stageStoreIn, type StageStore } from "../stage-store/stage-store.ts";
import { lockUnlessDone, isLock, type FolderLock } from "../../runs/folder/lock.ts";
import { LockedError } from "../../runs/folder/locked-error.ts";
import { ExperimentError } from "../file/problem.ts";
import { makeStages } from "./make-stages.ts";
import type { PlannedRun } from "../planning/planned.ts";
import { machineFor, recipeFor } from "./planned-recipe.ts";
import type { RunEvent } from "./run-event.ts";
import { changeText, unfinishedBefore } from "../../runs/folder/changed-files.ts";
import { manifestIn } from "../../runs/folder/manifest.ts";
import { runFolder } from "../../runs/folder/run-folder.ts";
import { metricsIn } from "../../runs/reading/run-record.ts";
import { openRun, type RunStore } from "../../runs/folder/run-store.ts";
import { writeStudent } from "./student-files.ts";
import { trainToEnd } from "./train-to-end.ts";
import { defined } from "../../optional/defined.ts";

/** Where results go, and how to stop. */
export interface ExecutionOptions {
  /** Root of the runs' folders. */
  readonly out: string;
  /** Root of what stages leave and of unfinished work; `.retort` when left out. */
  readonly cache?: string;
  /** When it aborts, the last whole step is kept as a checkpoint, and the same command resumes from it. */
  readonly signal: AbortSignal;
  /** Whether a run that is done is done again, in another folder; true when left out. */
  readonly repeat?: boolean;
  /**
   * Whether a run begins anew where one of the same values is not done whose code or data have changed since; refused
   * when left out.
   */
  readonly fork?: boolean;
  /** Threads of each part of a run; what the machine has when left out. */
  readonly threads?: number;
  /** Whether a checkpoint was asked for since it was called last: one follows the step in progress of the run. */
  readonly checkpointAsked?: () => boolean;
  /** The run pauses after this many steps, if it has as many. */
  readonly pauseAt?: number;
  /** Threads that wait for the next training; own ones, which end with the last run, when left out. */
  readonly idle?: IdleThreads;
}

interface RunContext extends Omit<ExecutionOptions, "cache" | "repeat" | "fork" | "idle"> {
  /** Threads that trainings leave to each other; none where a user's code runs, which may leave something in them. */
  readonly idle: IdleThreads | undefined;
  readonly stageStore: StageStore;
  readonly cache: string;
  readonly repeat: boolean;
  readonly fork: boolean;
  readonly emit: (event: RunEvent) => void;
}

/** Removes the checkpoints that the run would resume from, but for those that are kept for good. */
const forgetCheckpoints = async (folder: string, { values }: PlannedRun, best: number | undefined): Promise<void> => {
  await pruneCheckpoints(folder, { ...values.training.checkpoints, last: 0 }, best);
  await rmdir(folder).catch(() => undefined);
};

/** Says how a run ended; that this too fails, as on a full disk, is not why it ended. */
const ended = async (store: RunStore, signal: AbortSignal, error: unknown): Promise<void> => {
  const reason = error instanceof Error ? error : new Error(String(error));
  await store.finish(signal.aborted ? "interrupted" : "failed", reason).catch(() => undefined);
};

/** A run whose stages are there, ready to be trained. */
interface Prepared {
  readonly run: PlannedRun;
  readonly folder: string;
  readonly recipe: Recipe;
  readonly teacher: readonly ServerFacts[];
}

const trainRun = async (
  { run, folder, recipe, teacher }: Prepared,
  context: RunContext,
  lock: FolderLock,
): Promise<void> => {
  const { stageStore, emit, pauseAt, checkpointAsked, idle } = context;
  const { attempt, lost } = lock;
  const training = { run: run.name, stage: undefined };
  const reason = run.values.engine === "auto" ? "the best on this machine" : "asked for by the experiment";
  const engine = recipe.machine.engine;
  const choice = { name: engine, reason, ...defined({ library: engineLibrary(engine) }) };
  const store = await openRun(run, { folder, attempt, engine: choice, teacher });
  const checkpoints = join(folder, "checkpoints");
  const options = {
    folder: checkpoints,
    signal: AbortSignal.any([context.signal, lost]),
    ...defined({ pauseAt, checkpointAsked, idle }),
  };
  const report = (given: ProgressReport): void => {
    lock.check();
    emit({ kind: "report", training, report: given });
  };
  const followers = { store, report, check: () => lock.check() };
  try {
    const { finished, outcome, milliseconds } = await trainToEnd((given) => train(recipe, given), options, followers);
    lock.check();
    if (finished === undefined) {
      await store.finish("paused");
      return;
    }
    await writeStudent(join(folder, "student"), finished, { recipe, training: run, stageStore });
    await store.summarize(milliseconds);
    await store.finish("done");
    await forgetCheckpoints(checkpoints, run, finished.best);
    emit({ kind: "end", training, folder, milliseconds, ...outcome });
  } catch (error) {
    if (lost.aborted) throw lost.reason;
    // Whatever failed, failed for it.
    lock.check();
    await ended(store, context.signal, error);
    throw error;
  }
};

const reuse = ({ name }: PlannedRun, folder: string, { emit }: RunContext): void => {
  const outcome = outcomeOf(metricsIn(manifestIn(folder, "summary.json") ?? {}));
  emit({ kind: "reuse", training: { run: name, stage: undefined }, folder, ...outcome });
};

/** `ExperimentError` when the run was begun with other code or data, and is not done: it cannot go on as it was. */
const refuseChanged = (folder: string, run: PlannedRun): void => {
  const found = unfinishedBefore(folder, run);
  if (found === undefined) return;
  const message =
    `expected ${found.folder}, which is not done, to go on with the files that it began with; changed since: ` +
    `${found.changes.map(changeText).join(", ")}; put them back to go on (copies of code are in its folder code), ` +
    "or add --fork to begin in a folder of its own";
  throw new ExperimentError([{ location: { file: run.path }, pointer: "", message }]);
};

const perform = async (run: PlannedRun, context: RunContext): Promise<void> => {
  const { stageStore, cache, signal, emit, idle } = context;
  const { folder, done } = runFolder(context.out, run, context.repeat);
  if (done) return reuse(run, folder, context);
  if (!context.fork && !existsSync(folder)) refuseChanged(folder, run);
  const machine = await machineFor(run.values, context.threads);
  await makeStages(run, { stageStore, cache, machine, signal, emit, ...defined({ idle }) });
  signal.throwIfAborted();
  emit({ kind: "begin", training: { run: run.name, stage: undefined }, steps: run.values.training.steps });
  const recipe = await recipeFor(run, run.path, stageStore, machine);
  const teacher = await probeTeacher(recipe, signal);
  const lock = await lockUnlessDone(folder, () => manifestIn(folder)?.["status"] === "done");
  // Another process has done it in between.
  if (lock === undefined) return reuse(run, folder, context);
  if (!isLock(lock)) throw new LockedError(folder, lock);
  try {
    await trainRun({ run, folder, recipe, teacher }, context, lock);
  } finally {
    await lock.release();
  }
};

const performRun = (run: PlannedRun, options: ExecutionOptions, idle: IdleThreads): Observable<RunEvent> =>
  new Observable((subscriber: Subscriber<RunEvent>) => {
    const { cache = ".retort", repeat = true, fork = false } = options;
    const unsubscribed = new AbortController();
    const signal = AbortSignal.any([options.signal, unsubscribed.signal]);
    const emit = (event: RunEvent): void => subscriber.next(event);
    perform(run, {
      ...options,
      stageStore: stageStoreIn(join(cache, "stages")),
      cache,
      repeat,
      fork,
      signal,
      emit,
      idle: modulesIn([run.values, run.stages]).length === 0 ? idle : undefined,
    }).then(
      () => subscriber.complete(),
      (error: unknown) => subscriber.error(error),
    );
    return () => unsubscribed.abort(new Error("the run was unsubscribed"));
  });

/**
 * Runs planned runs one after another, stages first; cold, so subscribing is running. A stage that is there already is
 * used again; a training that was interrupted resumes. Errors with what made a run fail, and with a `LockedError` when
 * another process works on it.
 */
export const execute = (runs: readonly PlannedRun[], options: ExecutionOptions): Observable<RunEvent> =>
  new Observable((subscriber: Subscriber<RunEvent>) => {
    const idle = options.idle ?? new IdleThreads();
    const close = async (): Promise<void> => {
      if (options.idle === undefined) await idle.close();
    };
    const work = from(runs)
      .pipe(concatMap((run) => performRun(run, options, idle)))
      .subscribe({
        next: (event) => subscriber.next(event),
        complete: () => void close().then(() => subscriber.complete()),
        error: (error: unknown) => void close().then(() => subscriber.error(error)),
      });
    return () => {
      work.unsubscribe();
      void close();
    };
  });
