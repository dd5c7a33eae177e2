/** What several runs say of one number: its mean, and how sure that is. */
import { bootstrapInterval } from "../../evaluation/statistics/bootstrap.ts";
import { mean as meanOf, meanOfMeans } from "../../evaluation/statistics/strata.ts";

/** A mean over runs. */
export interface Estimate {
  /** Runs that have the number. */
  readonly n: number;
  readonly mean: number;
  /** Sample standard deviation over the root of n; nothing for fewer than two. */
  readonly standardError: number | undefined;
}

/** Mean and standard error; nothing for no values. */
export const estimate = (values: readonly number[]): Estimate | undefined => {
  const n = values.length;
  if (n === 0) return undefined;
  const mean = meanOf(values);
  if (n === 1) return { n, mean, standardError: undefined };
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1);
  return { n, mean, standardError: Math.sqrt(variance / n) };
};

/**
 * Bounds of the 95 % interval of the mean by the percentile bootstrap: the same for the same values in the same order.
 * Nothing for fewer than two values, and where one is not finite.
 */
export const meanInterval = (values: readonly number[]): readonly [number, number] | undefined => {
  if (values.length < 2 || !values.every(Number.isFinite)) return undefined;
  const { low, high } = bootstrapInterval([values], meanOfMeans);
  return [low, high];
};
