/**
 * The paired permutation test: if two settings were alike, each difference could as well have had the other sign
 * (Fisher, 1935).
 */
import { stream } from "../../random/stream.ts";
import { checkStrata, meanOfMeans, type Strata } from "./strata.ts";

/** So many differences have 65,536 patterns of signs, which are all computed; of more, as many are drawn. */
const enumerable = 16;

/** True where the mean with other signs is as far from 0 as the real one, but for rounding. */
const asFar = (value: number, distance: number): boolean => Math.abs(value) >= distance - 1e-12 * Math.max(1, distance);

const flipped = (strata: Strata, negative: (index: number) => boolean): Strata => {
  let index = 0;
  return strata.map((stratum) =>
    stratum.map((value) => {
      const sign = negative(index) ? -1 : 1;
      index += 1;
      return sign * value;
    }),
  );
};

/**
 * The share of all patterns of signs whose mean of means is at least as far from 0 as that of the differences: the
 * p-value of the two-sided test, exact for up to 16 differences; for more it is of 65,536 patterns drawn by `seed`, the
 * real one among them. n differences cannot give less than 2^(1 - n): three seeds never less than 0.25. `RangeError` as
 * of `checkStrata`.
 */
export const signFlipTest = (differences: Strata, seed = 0): number => {
  checkStrata("sign-flip test", differences);
  const count = differences.reduce((total, { length }) => total + length, 0);
  const distance = Math.abs(meanOfMeans(differences));
  const patterns = 2 ** Math.min(count, enumerable);
  if (count <= enumerable) {
    let far = 0;
    for (let pattern = 0; pattern < patterns; pattern += 1) {
      if (asFar(meanOfMeans(flipped(differences, (index) => ((pattern >> index) & 1) === 1)), distance)) far += 1;
    }
    return far / patterns;
  }
  const uniforms = stream(seed, "bootstrap", "signs");
  let far = 1;
  for (let drawn = 1; drawn < patterns; drawn += 1)
    if (asFar(meanOfMeans(flipped(differences, () => uniforms() < 0.5)), distance)) far += 1;
  return far / patterns;
};
