/** How far apart the means of strata are, with an interval that knows that the highest and the lowest were picked. */
import jstat from "jstat";
import { normal, stream, type Uniforms } from "../../random/stream.ts";
import { quantile } from "./bootstrap.ts";
import { checkLevel, type Interval } from "./interval.ts";
import { pooledVariance } from "./pooled-mean.ts";
import { checkStrata, mean, type Strata } from "./strata.ts";

/** Draws of which an end is a percentile. That of 0.5 % is known to some 3 % of itself then. */
const draws = 20_000;

/** A number of the gamma distribution of a shape of at least 1 and scale 1 (Marsaglia and Tsang, 2000). */
const gamma = (uniforms: Uniforms, shape: number): number => {
  const d = shape - 1 / 3;
  for (;;) {
    const z = normal(uniforms);
    const v = (1 + z / Math.sqrt(9 * d)) ** 3;
    if (v > 0 && Math.log(1 - uniforms()) < z ** 2 / 2 + d - d * v + d * Math.log(v)) return d * v;
  }
};

/** A number of the chi-squared distribution. */
const chiSquared = (uniforms: Uniforms, degreesOfFreedom: number): number =>
  degreesOfFreedom === 1 ? normal(uniforms) ** 2 : 2 * gamma(uniforms, degreesOfFreedom / 2);

const rangeOf = (values: readonly number[]): number => Math.max(...values) - Math.min(...values);

/** The mean over settings of the highest less the lowest mean of a setting's strata; of at least one setting. */
export const spreadOfMeans = (settings: readonly Strata[]): number =>
  mean(settings.map((strata) => rangeOf(strata.map(mean))));

/** Standard deviation of the mean over settings of a difference of two means, at most, in units of one number's. */
const contrastOf = (settings: readonly Strata[]): number => {
  const shares = settings.map((strata) => {
    const [a = 0, b = 0] = strata.map(({ length }) => 1 / length).toSorted((one, other) => other - one);
    return a + b;
  });
  return Math.sqrt(shares.reduce((total, share) => total + share, 0)) / settings.length;
};

/** A draw of the spread of means of so many seeds that are all the same but for noise of deviation 1. */
const noiseOf = (uniforms: Uniforms, lengths: readonly (readonly number[])[]): number =>
  mean(lengths.map((seeds) => rangeOf(seeds.map((count) => normal(uniforms) / Math.sqrt(count)))));

/** What `excess` has drawn. It depends on numbers of seeds alone, which are the same of claim after claim. */
const known = new Map<string, number>();

/** How far, in estimated deviations, the measured spread of `above` less that of `below` may lie over the true one. */
const excess = (above: readonly Strata[], below: readonly Strata[], share: number, freedom: number): number => {
  const contrast = below.length === 0 ? 0 : contrastOf(below);
  if (above.length === 0) return contrast * jstat.jStat.studentt.inv(share, freedom);
  const lengths = above.map((strata) => strata.map(({ length }) => length));
  const shape = JSON.stringify([lengths, contrast, share, freedom]);
  const found = known.get(shape);
  if (found !== undefined) return found;
  const uniforms = stream(0, "bootstrap", "spread");
  const drawn = Array.from({ length: draws }, () => {
    const error = noiseOf(uniforms, lengths) + contrast * normal(uniforms);
    return error / Math.sqrt(chiSquared(uniforms, freedom) / freedom);
  });
  const reach = quantile(
    drawn.toSorted((a, b) => a - b),
    share,
  );
  known.set(shape, reach);
  return reach;
};

/**
 * An interval of how much larger the spread of `far` is than that of `near`; with a number in place of `far`, of that
 * number less the spread. Each is a list of settings of at least two strata; settings count the same.
 *
 * The highest and the lowest of noisy means lie too far apart, the more the closer the true ones are. So the measured
 * spread exceeds the true one by no more than the range of the means' errors, Tukey's studentized range (1953; Kramer,
 * 1956, of unlike numbers of seeds), and falls short of it by no more than the error of one difference, that of the two
 * which are truly the highest and the lowest: Student's t. Ends are percentiles of these, of the pooled variance of all
 * strata. The interval covers at least its level where strata share one variance; it is all numbers where
 * none has two numbers. `RangeError` as of `checkStrata` and for a level outside (0, 1).
 */
export const spreadInterval = (near: readonly Strata[], far: readonly Strata[] | number, level = 0.95): Interval => {
  const others = typeof far === "number" ? [] : far;
  const strata = [...near, ...others].flat();
  checkStrata("spread of means", strata);
  checkLevel("spread of means", level);
  const { variance, degreesOfFreedom } = pooledVariance(strata);
  if (degreesOfFreedom === 0) return { low: -Infinity, high: Infinity, level };
  const room = (typeof far === "number" ? far : spreadOfMeans(far)) - spreadOfMeans(near);
  if (variance === 0) return { low: room, high: room, level };
  const [deviation, share] = [Math.sqrt(variance), (1 + level) / 2];
  return {
    low: room - deviation * excess(others, near, share, degreesOfFreedom),
    high: room + deviation * excess(near, others, share, degreesOfFreedom),
    level,
  };
};
