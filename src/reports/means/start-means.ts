/** Where a figure's students started from, where that is one number. */
import { seedOf, type Trial } from "../../evaluation/claims/trial.ts";
import { mean } from "../../evaluation/statistics/strata.ts";

const startOfMetric = (trials: readonly Trial[], metric: string): number | undefined => {
  const bySeed = new Map<string, number>();
  const values: number[] = [];
  for (const trial of trials) {
    const value = trial.initial[metric];
    if (value === undefined || !Number.isFinite(value)) continue;
    const first = bySeed.get(seedOf(trial)) ?? value;
    if (first !== value) return undefined;
    bySeed.set(seedOf(trial), first);
    values.push(value);
  }
  return values.length === 0 ? undefined : mean(values);
};

/**
 * Mean of each metric before training over the trials. Nothing where they have none, and where trials of one seed
 * started from different students, tasks or code: a mean of these is the start of none of them.
 */
export const startOf = (trials: readonly Trial[], metrics: readonly string[]): ReadonlyMap<string, number> =>
  new Map(
    metrics.flatMap((metric): [string, number][] => {
      const start = startOfMetric(trials, metric);
      return start === undefined ? [] : [[metric, start]];
    }),
  );
