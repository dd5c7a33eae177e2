/** Finished runs as claims see them: what was set, and the metrics before and after training. */
import type { Metrics, Trial } from "../evaluation/claims/trial.ts";
import { readHistory } from "../runs/reading/history.ts";
import type { FoundRun } from "../runs/reading/read-runs.ts";

/** Metrics of the evaluation before the first step; none where there was no evaluation. */
const initialMetrics = async (run: FoundRun): Promise<Metrics> => {
  for await (const { kind, step, metrics } of readHistory(run)) {
    if (kind === "evaluation" && step === 0) return metrics;
    if (step > 0) break;
  }
  return {};
};

/** The trials of those runs that are done, each id once, in their order. */
export const claimTrials = async (runs: readonly FoundRun[]): Promise<readonly Trial[]> => {
  const byId = new Map(runs.filter(({ record }) => record.status === "done").map((run) => [run.record.id, run]));
  const trials: Trial[] = [];
  for (const run of byId.values()) {
    const { name, axes, metrics } = run.record;
    trials.push({ run: name, axes, initial: await initialMetrics(run), final: metrics });
  }
  return trials;
};
