/** Runs one trial in a process of its own, and begins it again when that process fails or dies. */
import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { FrozenTrial } from "../planning/frozen.ts";
import { progressIn, trialFolder, type TrialProgress } from "../planning/trial-progress.ts";
import type { Work } from "./executor.ts";

/**
 * How a supervised trial ended: at its end or its pause; held by another process; failed too often; stopped by the
 * signal.
 */
export type Outcome = "reached" | "held" | "failed" | "stopped";

/** Exit code of a process that found another one at work. */
const heldCode = 75;

/** Deaths in a row, without a step between them, after which a trial has failed. */
export const mostDeaths = 5;

/** Milliseconds between two starts of a trial that failed or died. */
const restartAfter = 500;

/** True when the trial needs no process any more. */
export const isReached = (
  { status, step }: Pick<TrialProgress, "status" | "step">,
  pauseAt: number | undefined,
): boolean => status === "done" || (status === "paused" && pauseAt !== undefined && step >= pauseAt);

/** Arguments of `retort` that run a trial. */
export const trialArguments = (
  folder: string,
  id: string,
  { threads, pauseAt }: Pick<Work, "threads" | "pauseAt">,
): string[] => [
  "trial",
  folder,
  id,
  "--threads",
  String(threads),
  ...(pauseAt === undefined ? [] : ["--pause-at", String(pauseAt)]),
];

/**
 * Runs the process to its end; gives its exit code, or nothing when a signal ended it. The process stops by itself when
 * this one is gone.
 */
const runProcess = (trial: FrozenTrial, work: Work): Promise<number | undefined> => {
  const folder = trialFolder(work.folder, work.sweep, trial);
  mkdirSync(folder, { recursive: true });
  const log = openSync(join(folder, "process.log"), "a");
  const [program, ...first] = work.command;
  // A group of its own: Ctrl-C is for the driver, which asks its processes to stop, once.
  const over = work.sweep.overMemory === true ? ["--over-memory"] : [];
  const child = spawn(program!, [...first, ...trialArguments(work.folder, trial.id, work), ...over], {
    stdio: ["ignore", log, log, "ipc"],
    detached: true,
  });
  closeSync(log);
  const stop = (): void => void child.kill("SIGTERM");
  if (work.signal.aborted) stop();
  work.signal.addEventListener("abort", stop);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => {
      work.signal.removeEventListener("abort", stop);
      resolve(code ?? undefined);
    });
  });
};

/** Runs a trial until it is where it should be. It is left alone when another process works on it. */
export const supervise = async (trial: FrozenTrial, work: Work): Promise<Outcome> => {
  const folder = trialFolder(work.folder, work.sweep, trial);
  let [failures, deaths] = [0, 0];
  let reached = -1;
  for (;;) {
    const before = await progressIn(folder, trial.steps);
    if (isReached(before, work.pauseAt)) return "reached";
    if (work.signal.aborted) return "stopped";
    if (before.status === "running") return "held";
    const code = await runProcess(trial, work);
    if (code === heldCode) return "held";
    const after = await progressIn(folder, trial.steps);
    if (isReached(after, work.pauseAt)) return "reached";
    if (work.signal.aborted) return "stopped";
    const { step } = after;
    deaths = step > reached ? 0 : deaths + 1;
    reached = Math.max(reached, step);
    if (code === 1 || code === 2) failures += 1;
    if (failures > work.retries || deaths >= mostDeaths) return "failed";
    await pause(restartAfter, undefined, { signal: work.signal }).catch(() => undefined);
  }
};
