/**
 * Runs whose process went without a word: it was killed, or its machine was lost. Their manifests say that they run,
 * and no process works on them.
 */
import { holderOf } from "../folder/lock.ts";
import { recordIn, type FoundRun } from "./read-runs.ts";

const asItStands = async (run: FoundRun): Promise<FoundRun> => {
  try {
    if ((await holderOf(run.folder)) !== undefined) return run;
    // It may have ended since it was read: a process says how it ended before it gives the folder back.
    const record = recordIn(run.folder);
    return { ...run, record: record.status === "running" ? { ...record, status: "interrupted" } : record };
  } catch {
    // Whether another machine works on it cannot be asked in a folder that only may be read, and the folder may have
    // been removed.
    return run;
  }
};

/**
 * The same runs in the same order; of those that say that they run, the ones on which no process works any more are
 * interrupted.
 */
export const withAbandoned = async (runs: readonly FoundRun[]): Promise<FoundRun[]> => {
  const progress: FoundRun[] = [];
  for (const run of runs) progress.push(run.record.status === "running" ? await asItStands(run) : run);
  return progress;
};
