/**
 * The stratified bootstrap: what a statistic would have been with other seeds, by drawing the seeds that there are
 * again (Efron, 1979).
 */
import { integer, stream } from "../../random/stream.ts";
import { checkLevel, type Interval } from "./interval.ts";
import { checkStrata, type Strata } from "./strata.ts";

/** How an interval is drawn. */
export interface BootstrapOptions {
  /** Names the draws: the same seed gives the same interval. */
  readonly seed: number;
  /** Times that the seeds are drawn again. */
  readonly resamples: number;
  /** In (0, 1). */
  readonly level: number;
}

/** What figures and tables are made with. */
const usualBootstrap: BootstrapOptions = { seed: 0, resamples: 2_000, level: 0.95 };

/**
 * The value below which a share of the sorted values is, by linear interpolation (type 7 of Hyndman and Fan, 1996).
 */
export const quantile = (sorted: readonly number[], share: number): number => {
  const position = share * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(position)]!, sorted[Math.ceil(position)]!];
  return low === high ? low : low + (high - low) * (position - Math.floor(position));
};

/**
 * The percentile interval of a statistic: in each resample every stratum gives as many of its numbers as it has, drawn
 * with replacement (Agarwal et al., 2021). With n seeds in one stratum it covers less than its level says: about 75 %
 * of three, because it cannot reach beyond the lowest and the highest. `RangeError` as of `checkStrata`, for a level
 * outside (0, 1), and for no resamples.
 */
export const bootstrapInterval = (
  strata: Strata,
  statistic: (strata: Strata) => number,
  { seed, resamples, level }: BootstrapOptions = usualBootstrap,
): Interval => {
  checkStrata("bootstrap", strata);
  checkLevel("bootstrap", level);
  if (!(Number.isInteger(resamples) && resamples > 0))
    throw new RangeError(`bootstrap: expected at least one resample, got ${resamples}`);
  const uniforms = stream(seed, "bootstrap");
  const drawn = Array.from({ length: resamples }, () =>
    statistic(strata.map((stratum) => stratum.map(() => stratum[integer(uniforms, 0, stratum.length - 1)]!))),
  ).toSorted((a, b) => a - b);
  return { low: quantile(drawn, (1 - level) / 2), high: quantile(drawn, (1 + level) / 2), level };
};
