/** Trials as tasks of an array on Slurm. The queue is asked which arrays are there; how trials stand is read from their folders. */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import { writeWhole } from "../../policies/checkpoints/atomic-file.ts";
import type { FrozenTrial } from "../sweeps/frozen.ts";
import { standingIn, trialFolder } from "../sweeps/standing.ts";
import type { Executor, Work } from "./executor.ts";
import { arrayScript } from "./slurm-script.ts";
import { isReached } from "./supervise.ts";

/** How arrays are submitted. */
export interface SlurmOptions {
  /** Tasks at once; as many as the cluster has room for when left out. */
  readonly jobs: number | undefined;
  /** Options of sbatch, such as `--partition=gpu`. */
  readonly options: readonly string[];
}

/** Milliseconds between two looks at the queue and the trials. */
const lookEvery = 3000;

/** Milliseconds that a command of Slurm may take. */
const patience = 60_000;

/** Most tasks of an array where Slurm was not configured for more. */
const mostTasks = 1000;

const run = async (program: string, words: readonly string[]): Promise<string> => {
  const { stdout } = await promisify(execFile)(program, words, { timeout: patience, maxBuffer: 64_000_000 });
  return stdout.trim();
};

/** Those of the arrays that are in the queue. */
const queued = async (arrays: readonly string[]): Promise<ReadonlySet<string>> => {
  if (arrays.length === 0) return new Set();
  const lines = (await run("squeue", ["--noheader", "--me", "--format=%F"])).split("\n").map((line) => line.trim());
  return new Set(arrays.filter((array) => lines.includes(array)));
};

/** What was submitted before: arrays by number, with the ids of their trials. */
const submitted = (place: string): ReadonlyMap<string, readonly string[]> => {
  const names = readdirSync(place).filter((name) => /^\d+\.array$/u.test(name));
  return new Map(names.map((name) => [name.split(".", 1)[0]!, readFileSync(join(place, name), "utf8").trim().split("\n")]));
};

const submit = async (trials: readonly FrozenTrial[], work: Work, { jobs, options }: SlurmOptions, place: string): Promise<string> => {
  const ids = `${trials.map(({ id }) => id).join("\n")}\n`;
  const name = createHash("sha256").update(ids).digest("hex").slice(0, 16);
  const list = join(place, `${name}.list`);
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
    log: join(place, "%A_%a.log"),
    command: [...command, "trial", ...flags, folder],
    options,
  });
  const path = join(place, `${name}.sh`);
  await writeWhole(path, script);
  const array = (await run("sbatch", ["--parsable", path])).split(";", 1)[0]!;
  if (!/^\d+$/u.test(array)) throw new Error(`slurm: expected the number of an array from sbatch, got ${JSON.stringify(array)}`);
  await writeWhole(join(place, `${array}.array`), ids);
  return array;
};

const unreached = async (trials: readonly FrozenTrial[], work: Work): Promise<FrozenTrial[]> => {
  const left: FrozenTrial[] = [];
  for (const trial of trials) {
    const standing = await standingIn(trialFolder(work.folder, work.sweep, trial), trial.steps);
    if (!isReached(standing, work.pauseAt)) left.push(trial);
  }
  return left;
};

/** The arrays that have the trials: those of an earlier driver that are still there, and new ones for the rest. */
const arraysFor = async (trials: readonly FrozenTrial[], work: Work, options: SlurmOptions, place: string): Promise<string[]> => {
  const before = submitted(place);
  const there = await queued([...before.keys()]);
  const taken = new Set([...there].flatMap((array) => before.get(array) ?? []));
  const rest = trials.filter(({ id }) => !taken.has(id));
  const arrays = [...there];
  for (let i = 0; i < rest.length; i += mostTasks) arrays.push(await submit(rest.slice(i, i + mostTasks), work, options, place));
  return arrays;
};

/** Slurm as it is on this machine. */
export const slurm = (options: SlurmOptions): Executor => ({
  name: "slurm",
  async run(work) {
    if (work.signal.aborted) return;
    const place = join(work.folder, "slurm");
    mkdirSync(place, { recursive: true });
    let left = await unreached(work.trials, work);
    if (left.length === 0) return;
    const arrays = await arraysFor(left, work, options, place);
    work.note(`slurm: ${arrays.map((array) => `array ${array}`).join(", ")}`);
    while (left.length > 0 && !work.signal.aborted) {
      await pause(lookEvery, undefined, { signal: work.signal }).catch(() => undefined);
      // First the queue, then the folders: what ended in between has its result.
      const there = await queued(arrays);
      left = await unreached(left, work);
      if (there.size === 0) break;
    }
    if (!work.signal.aborted) return;
    work.note("slurm: cancelling; trials keep their last whole step");
    await run("scancel", arrays);
  },
});
