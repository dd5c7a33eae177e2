/** What several runs say of one number: its mean, and how sure that is. */
import { integer, stream } from "../random/stream.ts";

/** A mean over runs. */
export interface Estimate {
  /** Runs that have the number. */
  readonly n: number;
  readonly mean: number;
  /** Sample standard deviation over the root of n; nothing for fewer than two. */
  readonly standardError: number | undefined;
}

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Mean and standard error; nothing for no values. */
export const estimate = (values: readonly number[]): Estimate | undefined => {
  const n = values.length;
  if (n === 0) return undefined;
  const mean = meanOf(values);
  if (n === 1) return { n, mean, standardError: undefined };
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1);
  return { n, mean, standardError: Math.sqrt(variance / n) };
};

/** Resamples of a bootstrap. */
const RESAMPLES = 2000;

/**
 * Bounds of the 95 % interval of the mean by the percentile bootstrap (Efron, 1979): the same for the same values in the same order. Nothing for fewer
 * than two values.
 */
export const bootstrapInterval = (values: readonly number[]): readonly [number, number] | undefined => {
  const n = values.length;
  if (n < 2) return undefined;
  const uniforms = stream(0, "bootstrap", n);
  const means = Float64Array.from({ length: RESAMPLES }, () => {
    let sum = 0;
    for (let i = 0; i < n; i += 1) sum += values[integer(uniforms, 0, n - 1)]!;
    return sum / n;
  }).toSorted();
  return [means[Math.floor(0.025 * RESAMPLES)]!, means[Math.ceil(0.975 * RESAMPLES) - 1]!];
};
