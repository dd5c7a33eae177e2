/**
 * Makes the stages that a run starts from, where they are not there yet. Several processes may want the same one: one
 * makes it, the others wait or make another.
 */
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import type { Outcome } from "../../training/recipe/headline.ts";
import type { Machine } from "../../training/recipe/recipe.ts";
import { probeTeacher } from "../../training/step/teacher-probe.ts";
import { train } from "../../training/train.ts";
import type { StageStore } from "../stage-store/stage-store.ts";
import { lockUnlessDone, isLock, type FolderLock, type LockHolder } from "../../runs/folder/lock.ts";
import { writeJson } from "../../files/json-file.ts";
import { defined } from "../../optional/defined.ts";
import type { IdleThreads } from "../../workers/idle-threads.ts";
import type { PlannedRun, PlannedTraining } from "../planning/planned.ts";
import { recipeFor } from "./planned-recipe.ts";
import type { RunEvent } from "./run-event.ts";
import { writeStudent } from "./student-files.ts";
import { manifestIn } from "../../runs/folder/manifest.ts";
import { provenance } from "../../runs/folder/provenance.ts";
import { trainToEnd } from "./train-to-end.ts";

/** Milliseconds between two checks of what another process makes. */
const PATIENCE = 500;

/** Where stages are made, and how. */
export interface StageContext {
  readonly stageStore: StageStore;
  /** Root of unfinished work. */
  readonly cache: string;
  readonly machine: Machine;
  readonly signal: AbortSignal;
  readonly emit: (event: RunEvent) => void;
  /** Threads that wait for the next training. */
  readonly idle?: IdleThreads;
}

/** The outcome in a stage's manifest. */
const storedOutcome = (folder: string): Outcome => {
  const manifest = manifestIn(folder);
  if (manifest === undefined)
    throw new Error(`stage: its manifest.json cannot be read; remove ${folder}, and it is made again`);
  const known = (value: unknown): number | undefined => (typeof value === "number" ? value : undefined);
  return { accuracy: known(manifest["accuracy"]), reward: known(manifest["reward"]) };
};

const makeStage = async (
  run: PlannedRun,
  stage: PlannedTraining,
  work: string,
  context: StageContext,
  lock: FolderLock,
): Promise<void> => {
  const { stageStore, machine, emit, idle } = context;
  const name = { run: run.name, stage: stage.name };
  const signal = AbortSignal.any([context.signal, lock.lost]);
  emit({ kind: "begin", training: name, steps: stage.values.training.steps });
  const recipe = await recipeFor(stage, run.path, stageStore, machine);
  const teacher = await probeTeacher(recipe, signal);
  const { finished, outcome, milliseconds } = await trainToEnd(
    (options) => train(recipe, options),
    { folder: work, signal, ...defined({ idle }) },
    { report: (report) => emit({ kind: "report", training: name, report }), check: () => lock.check() },
  );
  if (finished === undefined)
    throw new Error(`stage "${stage.name}": expected a last report with the weights, got none`);
  const folder = await stageStore.commit(stage.id, async (draft) => {
    await writeStudent(draft, finished, { recipe, training: stage, stageStore });
    const { values, inputs, checkpoints, id } = stage;
    const from = { values, inputs, checkpoints };
    const facts = { name: stage.name, id, ...from, ...outcome, milliseconds, used: machine, teacher };
    await writeJson(join(draft, "manifest.json"), { ...facts, ...provenance() });
  });
  emit({ kind: "end", training: name, folder, milliseconds, ...outcome });
};

/** Makes a stage unless another process does, which is then given. */
const tryStage = async (
  run: PlannedRun,
  stage: PlannedTraining,
  context: StageContext,
): Promise<LockHolder | undefined> => {
  const work = join(context.cache, "unfinished", stage.id);
  await mkdir(work, { recursive: true });
  // It may have been finished since the last check.
  const lock = await lockUnlessDone(work, () => context.stageStore.has(stage.id));
  if (lock !== undefined && !isLock(lock)) return lock;
  try {
    if (lock !== undefined) await makeStage(run, stage, work, context, lock);
  } finally {
    await lock?.release();
  }
  // Other processes that try to lock it may write there at the same time.
  await rm(work, { recursive: true, force: true, maxRetries: 5 });
  return undefined;
};

const makeThese = async (run: PlannedRun, stages: readonly PlannedTraining[], context: StageContext): Promise<void> => {
  const { stageStore, signal, emit } = context;
  const missing = new Map(stages.map((stage) => [stage.id, stage]));
  const told = new Set<string>();
  while (missing.size > 0) {
    let busy = true;
    for (const [id, stage] of missing) {
      signal.throwIfAborted();
      const training = { run: run.name, stage: stage.name };
      if (stageStore.has(id)) {
        const folder = stageStore.folder(id);
        emit({ kind: "reuse", training, folder, ...storedOutcome(folder) });
      } else {
        if (Object.values(stage.inputs).some((input) => missing.has(input))) continue;
        const holder = await tryStage(run, stage, context);
        if (holder !== undefined) {
          if (!told.has(id)) emit({ kind: "wait", training, host: holder.host, pid: holder.pid });
          told.add(id);
          continue;
        }
      }
      missing.delete(id);
      busy = false;
    }
    if (busy) await setTimeout(PATIENCE, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
};

/**
 * Makes every stage of a run that is not there, each after those that it starts from. Rejects with what made one fail,
 * or with the signal's reason.
 */
export const makeStages = async (run: PlannedRun, context: StageContext): Promise<void> => {
  const { stageStore } = context;
  // While one was waited for or made, another that had been there may have been pruned.
  for (let wanted = run.stages; wanted.length > 0; wanted = run.stages.filter(({ id }) => !stageStore.has(id))) {
    await makeThese(run, wanted, context);
    for (const { id } of run.stages) stageStore.touch(id);
  }
};
