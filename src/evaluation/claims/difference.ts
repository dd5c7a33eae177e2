/** Two sides of a comparison, seed by seed in each setting that both have. */
import { pooledMean } from "../statistics/pooled-mean.ts";
import { probabilityOfImprovement } from "../statistics/probability-of-improvement.ts";
import { signFlipTest } from "../statistics/sign-flip-test.ts";
import type { Strata } from "../statistics/strata.ts";
import { above, leastText, type Finding } from "./verdict.ts";

/**
 * The mean of a - b over settings and seeds, with Student's interval from the variance within settings, claimed to be
 * above `bound`, and to be `least` or more; `level` is the interval's. `pairs` is [setting][seed][a, b]; not empty.
 */
export const differenceOf = (
  pairs: readonly (readonly (readonly number[])[])[],
  what: string,
  bound = 0,
  least?: number,
  level?: number,
): Finding => {
  const differences: Strata = pairs.map((seeds) => seeds.map(([a = NaN, b = NaN]) => a - b));
  const { mean: effect, interval } = pooledMean(differences, level);
  return {
    what: what + leastText(least),
    effect,
    interval,
    p: signFlipTest(differences),
    improvement: probabilityOfImprovement(
      pairs.map((seeds) => seeds.map(([a = NaN]) => a)),
      pairs.map((seeds) => seeds.map(([, b = NaN]) => b)),
    ),
    settings: differences.length,
    count: differences.reduce((total, { length }) => total + length, 0),
    outcome: above(interval, bound, least),
  };
};
