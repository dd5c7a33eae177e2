/** The interquartile mean: the middle half of the results speaks for all (Agarwal et al., 2021, arXiv 2108.13264). */
import { checkStrata, mean, type Strata } from "./strata.ts";

/**
 * The mean of what is left of n numbers without the floor(n / 4) lowest and as many of the highest: nearly as sturdy as the median, and nearly as
 * exact as the mean. All strata are one lot. Of fewer than four numbers it is their mean. `RangeError` as of `checkStrata`.
 */
export const interquartileMean = (strata: Strata): number => {
  checkStrata("interquartile mean", strata);
  const sorted = strata.flat().toSorted((a, b) => a - b);
  const cut = Math.floor(sorted.length / 4);
  return mean(sorted.slice(cut, sorted.length - cut));
};
