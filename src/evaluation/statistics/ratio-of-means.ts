/** How many times as large one mean over strata is as another, with Fieller's interval. */
import jstat from "jstat";
import { checkLevel, type Interval } from "./interval.ts";
import { checkStrata, meanOfMeans, type Strata } from "./strata.ts";
import { pooledVariance } from "./pooled-mean.ts";

/** A ratio and how sure of it one may be. */
export interface RatioOfMeans {
  readonly ratio: number;
  /** All numbers where the lower mean may be 0. */
  readonly interval: Interval;
}

/** What the variance of a mean of means is in units of that of one number. */
const shareOf = (strata: Strata): number =>
  strata.reduce((total, { length }) => total + 1 / length, 0) / strata.length ** 2;

/**
 * The mean of the upper strata's means over that of the lower ones', with the interval of Fieller (1954): all ratios r
 * for which Student's t-test of upper - r lower does not exclude 0, where numbers are independent and all strata of
 * both sides share one variance. With u and l the means, c their shares of the variance s², and q = t(level, df) s,
 * these are the r with (u - r l)² <= q² (c_u + r² c_l). Where the lower mean is not known from 0, they have no end.
 * `RangeError` as of `checkStrata` and for a level outside (0, 1).
 */
export const ratioOfMeans = (upper: Strata, lower: Strata, level = 0.95): RatioOfMeans => {
  checkStrata("ratio of means", upper);
  checkStrata("ratio of means", lower);
  checkLevel("ratio of means", level);
  const [above, below] = [meanOfMeans(upper), meanOfMeans(lower)];
  const ratio = above / below;
  const { variance, degreesOfFreedom } = pooledVariance([...upper, ...lower]);
  const unbounded = { ratio, interval: { low: -Infinity, high: Infinity, level } };
  if (degreesOfFreedom === 0) return unbounded;
  const reach = variance * jstat.jStat.studentt.inv((1 + level) / 2, degreesOfFreedom) ** 2;
  const [a, b] = [above ** 2 - reach * shareOf(upper), below ** 2 - reach * shareOf(lower)];
  if (!(b > 0)) return unbounded;
  const root = Math.sqrt(Math.max(0, (above * below) ** 2 - a * b));
  return { ratio, interval: { low: (above * below - root) / b, high: (above * below + root) / b, level } };
};
