/** Runs one trial in another process, and begins it again when that process fails or dies. */
import { setTimeout as pause } from "node:timers/promises";
import type { FrozenTrial } from "../planning/frozen.ts";
import { progressIn, trialFolder, type TrialProgress } from "../planning/trial-progress.ts";
import type { Work } from "./executor.ts";
import type { TrialProcesses } from "./trial-processes.ts";

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

/**
 * Runs a trial in one of the processes until it is where it should be. It is left alone when another process works on
 * it.
 */
export const supervise = async (
  trial: FrozenTrial,
  work: Work,
  processes: Pick<TrialProcesses, "run">,
): Promise<Outcome> => {
  const folder = trialFolder(work.folder, work.sweep, trial);
  let [failures, deaths] = [0, 0];
  let reached = -1;
  for (;;) {
    const before = await progressIn(folder, trial.steps);
    if (isReached(before, work.pauseAt)) return "reached";
    if (work.signal.aborted) return "stopped";
    if (before.status === "running") return "held";
    const code = await processes.run(trial, work);
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
