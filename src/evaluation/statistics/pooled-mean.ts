/**
 * The mean over strata with Student's interval, from a variance that all strata share: of use from two or three seeds
 * on.
 */
import jstat from "jstat";
import { checkLevel, type Interval } from "./interval.ts";
import { checkStrata, mean, meanOfMeans, type Strata } from "./strata.ts";

/** A mean and how sure of it one may be. */
export interface PooledMean {
  /** The mean of the strata's means. */
  readonly mean: number;
  readonly interval: Interval;
  /** Sum over the strata of n - 1. */
  readonly degreesOfFreedom: number;
  /** Of the two-sided test that the mean is 0. 1 when nothing is known of the spread. */
  readonly p: number;
}

/** The variance within strata that all of them share; infinite where none has two numbers. */
export const pooledVariance = (strata: Strata): { readonly variance: number; readonly degreesOfFreedom: number } => {
  const degreesOfFreedom = strata.reduce((total, { length }) => total + length - 1, 0);
  if (degreesOfFreedom === 0) return { variance: Infinity, degreesOfFreedom };
  const squares = strata.map((stratum) => {
    const centre = mean(stratum);
    return stratum.reduce((total, value) => total + (value - centre) ** 2, 0);
  });
  return { variance: squares.reduce((total, square) => total + square, 0) / degreesOfFreedom, degreesOfFreedom };
};

/** Standard error of the mean of means, and what it is known with. */
const spreadOf = (strata: Strata): { standardError: number; degreesOfFreedom: number } => {
  const { variance, degreesOfFreedom } = pooledVariance(strata);
  const share = strata.reduce((total, { length }) => total + 1 / length, 0);
  return { standardError: Math.sqrt(variance * share) / strata.length, degreesOfFreedom };
};

/**
 * m ± t(level, df) s sqrt(sum over strata of 1 / n_i) / k for k strata, where s² is the pooled variance within them
 * and df = sum of n_i - 1. For one stratum it is the t-test; of paired differences the paired one. Over many settings
 * of a few seeds each the interval is much narrower than one setting's. One number a stratum says nothing of the
 * spread: then the interval is all numbers. `RangeError` as of `checkStrata` and for a level outside (0, 1).
 */
export const pooledMean = (strata: Strata, level = 0.95): PooledMean => {
  checkStrata("pooled mean", strata);
  checkLevel("pooled mean", level);
  const center = meanOfMeans(strata);
  const { standardError, degreesOfFreedom } = spreadOf(strata);
  if (degreesOfFreedom === 0)
    return { mean: center, interval: { low: -Infinity, high: Infinity, level }, degreesOfFreedom, p: 1 };
  const reach = standardError * jstat.jStat.studentt.inv((1 + level) / 2, degreesOfFreedom);
  const certain = center === 0 ? 1 : 0;
  const p =
    standardError === 0 ? certain : 2 * jstat.jStat.studentt.cdf(-Math.abs(center / standardError), degreesOfFreedom);
  return { mean: center, interval: { low: center - reach, high: center + reach, level }, degreesOfFreedom, p };
};
