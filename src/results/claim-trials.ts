/** Finished runs as claims see them: what was set, and the metrics before and after training. */
import { isSeed } from "../evaluation/claims/seeds.ts";
import type { Metrics, Trial } from "../evaluation/claims/trial.ts";
import { readHistory } from "../runs/reading/history.ts";
import type { FoundRun } from "../runs/reading/read-runs.ts";
import { mixedIn } from "./mixed.ts";
import { newest } from "./tables/result-table.ts";
import { runColumns } from "./tables/run-columns.ts";
import { telling } from "./tables/telling.ts";

/** Metrics of the evaluation before the first step; none where there was no evaluation. */
const initialMetrics = async (run: FoundRun): Promise<Metrics> => {
  for await (const { kind, step, metrics } of readHistory(run)) {
    if (kind === "evaluation" && step === 0) return metrics;
    if (step > 0) break;
  }
  return {};
};

/** The seeds that were swept; where none was, the first in which the runs differ. */
const seedsOf = (runs: readonly FoundRun[]): readonly string[] => {
  const swept = new Set(runs.flatMap(({ record }) => Object.keys(record.axes).filter(isSeed)));
  return swept.size > 0 ? [...swept] : telling(runs).filter(isSeed).slice(0, 1);
};

/** The cells that one run has. */
const cellsAt = (runs: readonly FoundRun[], names: readonly string[]): ((i: number) => Record<string, unknown>) => {
  const { read } = runColumns(runs);
  const columns = names.map((name) => [name, read(name)] as const);
  return (i) =>
    Object.fromEntries(columns.flatMap(([name, cells]) => (cells[i] === undefined ? [] : [[name, cells[i]] as const])));
};

/** What was set in each of the runs, and what else they differ in. */
const settersOf = (runs: readonly FoundRun[]): ((i: number) => Pick<Trial, "axes" | "others">) => {
  const mixed = mixedIn(runs);
  const [seeds, others] = [cellsAt(runs, seedsOf(runs)), cellsAt(runs, mixed)];
  return (i) => ({
    axes: { ...runs[i]!.record.axes, ...seeds(i) },
    ...(mixed.length === 0 ? {} : { others: others(i) }),
  });
};

/** A run that is done, and what it is as a trial. */
export interface DoneTrial {
  readonly run: FoundRun;
  readonly trial: Trial;
}

/** Those of the runs that are done, each once, in their order. */
export const doneTrials = async (runs: readonly FoundRun[]): Promise<readonly DoneTrial[]> => {
  const done = newest(runs.filter(({ record }) => record.status === "done"));
  const set = settersOf(done);
  const trials: DoneTrial[] = [];
  for (const [i, run] of done.entries()) {
    const { name, metrics } = run.record;
    trials.push({ run, trial: { run: name, ...set(i), initial: await initialMetrics(run), final: metrics } });
  }
  return trials;
};

/**
 * The trials of those runs that are done, each once, in their order. What they differ in besides seeds, axes and
 * variants is in `others`.
 */
export const claimTrials = async (runs: readonly FoundRun[]): Promise<readonly Trial[]> =>
  (await doneTrials(runs)).map(({ trial }) => trial);

/** Names of what trials differ in besides seeds, axes and variants. */
export const mixedOf = (trials: readonly Trial[]): readonly string[] => [
  ...new Set(trials.flatMap(({ others = {} }) => Object.keys(others))),
];
