/**
 * The mean of the middle half of all numbers: less moved by single runs than the mean, and less noisy than the median
 * (Agarwal et al., 2021).
 */
import { checkStrata, mean, type Strata } from "./strata.ts";

/**
 * The interquartile mean of all numbers of all strata together: of n sorted numbers the lowest and the highest n/4,
 * rounded down, count for nothing. `RangeError` as of `checkStrata`.
 */
export const interquartileMean = (strata: Strata): number => {
  checkStrata("interquartile mean", strata);
  const sorted = strata.flat().toSorted((a, b) => a - b);
  const cut = Math.floor(sorted.length / 4);
  return mean(sorted.slice(cut, sorted.length - cut));
};
