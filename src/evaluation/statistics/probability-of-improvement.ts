/** How likely a run of one setting is better than a run of another (Agarwal et al., 2021). */
import { checkStrata, mean, type Strata } from "./strata.ts";

/** P(a > b) + P(a = b) / 2 over all pairs of a number of each: the statistic of Mann and Whitney (1947) as a share. */
const improvementOf = (ours: readonly number[], theirs: readonly number[]): number => {
  const wins = ours.flatMap((a) => theirs.map((b) => (a === b ? 0.5 : Number(a > b))));
  return mean(wins);
};

/**
 * The mean over strata of the share of pairs, any run of `ours` with any of `theirs` in the same stratum, in which ours
 * is higher; ties count half. In [0, 1]. `RangeError` as of `checkStrata`, and for unlike counts of strata.
 */
export const probabilityOfImprovement = (ours: Strata, theirs: Strata): number => {
  checkStrata("probability of improvement", ours);
  checkStrata("probability of improvement", theirs);
  if (ours.length !== theirs.length) {
    throw new RangeError(
      `probability of improvement: expected as many strata on both sides, got ${ours.length} and ${theirs.length}`,
    );
  }
  return mean(ours.map((stratum, index) => improvementOf(stratum, theirs[index]!)));
};
