/** All that a report says of the runs of an experiment file. */
import type { ClaimValues } from "../../evaluation/claims/index.ts";
import { doneTrials, mixedOf } from "../../results/claim-trials.ts";
import { startOf } from "../means/start-means.ts";
import { compareValues, resultTable } from "../../results/tables/result-table.ts";
import type { FoundRun } from "../../runs/reading/read-runs.ts";
import { judge, type JudgedClaim } from "../../results/verdicts.ts";
import { settingMeans, type SettingMeans } from "../means/setting-means.ts";
import { readSweepCurves, type SweepCurve } from "../plots/sweep-curves.ts";

/** Runs side by side. */
export interface SweepReport {
  /** The experiment file's name. */
  readonly name: string;
  readonly question: string;
  /** By variant, then by what was swept. */
  readonly runs: readonly FoundRun[];
  /** Of the runs that are done: metrics of the end, the best known first. */
  readonly metrics: readonly string[];
  readonly means: SettingMeans;
  /** What the trials differ in besides seeds, variants and what was swept. */
  readonly mixed: readonly string[];
  /** Mean of each metric before training, where evaluations have it and all settings start alike. */
  readonly before: ReadonlyMap<string, number>;
  /** Where few settings are compared, the best known metrics over steps. */
  readonly curves: readonly SweepCurve[];
  /** Trials that are done. */
  readonly done: number;
  /** What these say of claims; none when no claims were given. */
  readonly claims: readonly JudgedClaim[];
}

/** Metrics that say how the training went, and not what came of it. */
const internal = new RegExp(
  "^(?:checks|gradient|objective|rollouts|divergence|policy)/|^(?:learning-rate|on-policy-fraction)$|" +
    "/(?:spread|unscored)$",
  "u",
);

/** Metrics in tables, and those with learning curves: more would not be read. */
const [mostMetrics, mostCurves] = [24, 8];

/** Variants as they come, trials by what was swept. */
const inOrder = (runs: readonly FoundRun[]): readonly FoundRun[] => {
  const names = [...new Set(runs.map(({ record }) => record.name))];
  const pointers = [...new Set(runs.flatMap(({ record }) => Object.keys(record.axes)))];
  return runs.toSorted((a, b) => {
    const variants = names.indexOf(a.record.name) - names.indexOf(b.record.name);
    if (variants !== 0) return variants;
    const differing = pointers.map((pointer) => compareValues(a.record.axes[pointer], b.record.axes[pointer]));
    return differing.find((order) => order !== 0) ?? 0;
  });
};

/** Reads runs of one file, of which at least one is there, and judges claims by them. */
export const readSweepReport = async (
  name: string,
  found: readonly FoundRun[],
  claims: readonly ClaimValues[] = [],
): Promise<SweepReport> => {
  const runs = inOrder(found);
  const done = await doneTrials(runs);
  const trials = done.map(({ trial }) => trial);
  const metrics = resultTable(runs)
    .metrics.filter((metric) => !internal.test(metric))
    .slice(0, mostMetrics);
  const means = settingMeans(trials, metrics);
  return {
    name,
    question: runs[0]!.record.question,
    runs,
    metrics,
    means,
    curves: await readSweepCurves(done, means, metrics.slice(0, mostCurves)),
    mixed: mixedOf(trials),
    before: startOf(trials, metrics),
    done: trials.length,
    claims: judge(claims, trials),
  };
};
