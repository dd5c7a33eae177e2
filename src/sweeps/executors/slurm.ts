/**
 * Trials as tasks of an array on Slurm. The state of tasks comes from the queue, so that lost ones are submitted again;
 * the progress of trials is read from their folders.
 */
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { writeWhole } from "../../files/atomic-file.ts";
import { readBoundedText } from "../../files/regular-file.ts";
import type { FrozenTrial } from "../planning/frozen.ts";
import { progressIn, trialFolder, type TrialProgress } from "../planning/trial-progress.ts";
import type { Executor, Work } from "./executor.ts";
import { askQueue, slurmCommand, type TaskState } from "./slurm-queue.ts";
import { arrayScript } from "./slurm-script.ts";
import { isReached, mostDeaths } from "./supervise.ts";

/** How arrays are submitted. */
export interface SlurmOptions {
  /** Tasks at once; as many as the cluster has room for when left out. */
  readonly jobs: number | undefined;
  /** Options of sbatch, such as `--partition=gpu`. */
  readonly options: readonly string[];
}

/** Milliseconds between two checks of the queue and the trials. */
const checkEvery = 3000;

/** Most tasks of an array where Slurm was not configured for more. */
const mostTasks = 1000;

/** Longest list of an array's trials, in bytes. */
const longestArray = 2 ** 24;

/** What was submitted before: arrays by number, with the ids of their trials. */
const submitted = (slurmFolder: string): Map<string, readonly string[]> => {
  const names = readdirSync(slurmFolder).filter((name) => /^\d+\.array$/u.test(name));
  return new Map(
    names.map((name) => [
      name.split(".", 1)[0]!,
      readBoundedText(join(slurmFolder, name), longestArray).trim().split("\n"),
    ]),
  );
};

const submit = async (
  trials: readonly FrozenTrial[],
  work: Work,
  { jobs, options }: SlurmOptions,
  slurmFolder: string,
): Promise<string> => {
  const ids = `${trials.map(({ id }) => id).join("\n")}\n`;
  const name = createHash("sha256").update(ids).digest("hex").slice(0, 16);
  const list = join(slurmFolder, `${name}.list`);
  await writeWhole(list, ids);
  const { folder, threads, retries, pauseAt, command } = work;
  const flags = [
    "--threads",
    String(threads),
    "--supervised",
    "--retries",
    String(retries),
    ...(pauseAt === undefined ? [] : ["--pause-at", String(pauseAt)]),
  ];
  const script = arrayScript({
    name: `retort-${basename(folder)}`,
    list,
    trials: trials.length,
    jobs,
    processors: threads,
    log: join(slurmFolder, "%A_%a.log"),
    command: [...command, "trial", ...flags, folder],
    options,
  });
  const path = join(slurmFolder, `${name}.sh`);
  await writeWhole(path, script);
  const array = (await slurmCommand("sbatch", ["--parsable", path])).split(";", 1)[0]!;
  if (!/^\d+$/u.test(array))
    throw new Error(`slurm: expected the number of an array from sbatch, got ${JSON.stringify(array)}`);
  await writeWhole(join(slurmFolder, `${array}.array`), ids);
  return array;
};

const isQueued = (state: TaskState | undefined): boolean => state === "waiting" || state === "running";

/** A sweep's arrays as this driver sees them. */
class Arrays {
  readonly #work: Work;
  readonly #options: SlurmOptions;
  readonly #slurmFolder: string;
  /** Arrays of this driver and of earlier ones, with the ids of their trials. */
  readonly #arrays: Map<string, readonly string[]>;
  /** Step and submissions in a row without a further one, by the ids of trials whose tasks were lost. */
  readonly #lost = new Map<string, { readonly step: number; readonly times: number }>();
  #left: readonly FrozenTrial[];
  /** States of the last check. */
  #seen: ReadonlyMap<string, TaskState> = new Map();
  /** Arrays with tasks that may still run. */
  #queued: readonly string[] = [];
  #isSilent = false;

  constructor(work: Work, options: SlurmOptions, slurmFolder: string) {
    this.#work = work;
    this.#options = options;
    this.#slurmFolder = slurmFolder;
    this.#arrays = submitted(slurmFolder);
    this.#left = work.trials;
  }

  get isDone(): boolean {
    return this.#left.length === 0;
  }

  /**
   * States of the tasks by the ids of their trials; where several tasks have one trial, one that may still run it
   * counts.
   */
  async #states(): Promise<ReadonlyMap<string, TaskState>> {
    const arrays = await askQueue();
    const states = new Map<string, TaskState>();
    this.#queued = [...this.#arrays.keys()].filter((array) => [...(arrays.get(array)?.values() ?? [])].some(isQueued));
    for (const [array, ids] of this.#arrays) {
      for (const [index, state] of arrays.get(array) ?? []) {
        const id = ids[index];
        if (id !== undefined && !isQueued(states.get(id))) states.set(id, state);
      }
    }
    return states;
  }

  async #submit(trials: readonly FrozenTrial[]): Promise<void> {
    for (let i = 0; i < trials.length; i += mostTasks) {
      const some = trials.slice(i, i + mostTasks);
      const array = await submit(some, this.#work, this.#options, this.#slurmFolder);
      const ids = some.map(({ id }) => id);
      this.#arrays.set(array, ids);
      this.#work.note(`slurm: array ${array}, ${some.length === 1 ? "1 trial" : `${some.length} trials`}`);
    }
  }

  async #progress(trial: FrozenTrial): Promise<TrialProgress> {
    return progressIn(trialFolder(this.#work.folder, this.#work.sweep, trial), trial.steps);
  }

  /** Submits what no array of an earlier driver has. */
  async begin(): Promise<void> {
    const states = await this.#states();
    const left: FrozenTrial[] = [];
    for (const trial of this.#left) if (!isReached(await this.#progress(trial), this.#work.pauseAt)) left.push(trial);
    this.#left = left;
    if (this.#queued.length > 0 && left.length > 0)
      this.#work.note(`slurm: ${this.#queued.map((array) => `array ${array}`).join(", ")} of before`);
    await this.#submit(left.filter(({ id }) => !isQueued(states.get(id))));
  }

  /** True for a trial that may be submitted again: its task was lost, and it is not always lost at the same step. */
  #mayReturn({ id, label }: FrozenTrial, { step }: TrialProgress): boolean {
    const before = this.#lost.get(id);
    const times = before === undefined || step > before.step ? 1 : before.times + 1;
    this.#lost.set(id, { step, times });
    if (times > mostDeaths)
      this.#work.note(
        `slurm: ${label}: its task was lost ${times} times in a row; ${this.#slurmFolder} has what tasks said`,
      );
    return times <= mostDeaths;
  }

  /** First the queue, then the folders: what ended in between has its result. */
  async check(): Promise<void> {
    const states = await this.#states();
    const left: FrozenTrial[] = [];
    const lost: FrozenTrial[] = [];
    let cancelled = 0;
    for (const trial of this.#left) {
      // Slurm forgets a waiting task that is cancelled alone at once, and no other.
      const state = states.get(trial.id) ?? (this.#seen.get(trial.id) === "waiting" ? "cancelled" : undefined);
      const progress = await this.#progress(trial);
      if (isReached(progress, this.#work.pauseAt)) continue;
      if (isQueued(state) || progress.status === "running") left.push(trial);
      else if (state === "cancelled") cancelled += 1;
      else if (progress.status !== "failed" && this.#mayReturn(trial, progress)) lost.push(trial);
    }
    if (cancelled > 0)
      this.#work.note(`slurm: somebody cancelled the tasks of ${cancelled === 1 ? "1 trial" : `${cancelled} trials`}`);
    this.#left = [...left, ...lost];
    this.#seen = states;
    await this.#submit(lost);
  }

  /** Checks, and says once when Slurm does not answer: its tasks continue all the same. */
  async tryToCheck(): Promise<void> {
    try {
      await this.check();
      this.#isSilent = false;
    } catch (error) {
      // Meanwhile it may forget anything.
      this.#seen = new Map();
      if (!this.#isSilent)
        this.#work.note(`slurm: ${error instanceof Error ? error.message : String(error)}; trying again`);
      this.#isSilent = true;
    }
  }

  /** Has every task of the sweep stop. */
  async cancel(): Promise<void> {
    this.#work.note("slurm: cancelling; trials keep their last whole step");
    await this.#states();
    if (this.#queued.length > 0) await slurmCommand("scancel", this.#queued);
  }
}

/** Slurm as it is on this machine. */
export const slurm = (options: SlurmOptions): Executor => ({
  name: "slurm",
  async run(work) {
    if (work.signal.aborted) return;
    const slurmFolder = join(work.folder, "slurm");
    mkdirSync(slurmFolder, { recursive: true });
    const arrays = new Arrays(work, options, slurmFolder);
    await arrays.begin();
    while (!arrays.isDone && !work.signal.aborted) {
      await pause(checkEvery, undefined, { signal: work.signal }).catch(() => undefined);
      if (!work.signal.aborted) await arrays.tryToCheck();
    }
    if (work.signal.aborted && !arrays.isDone) await arrays.cancel();
  },
});
