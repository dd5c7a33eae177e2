/** Tests of the stratified bootstrap. */
import { expect, test } from "vitest";
import { bootstrapInterval } from "../../../src/evaluation/statistics/bootstrap.ts";
import { meanOfMeans } from "../../../src/evaluation/statistics/strata.ts";
import { normal, stream } from "../../../src/random/stream.ts";

/** All resamples of a stratum. */
const resamples = (stratum: readonly number[]): number[][] =>
  stratum.reduce<number[][]>((drawn) => drawn.flatMap((row) => stratum.map((value) => [...row, value])), [[]]);

test("its ends are those of the list of all resamples", () => {
  const strata = [
    [0, 1, 4],
    [10, 12, 19],
  ];
  const [first, second] = strata.map(resamples) as [number[][], number[][]];
  const all = first.flatMap((a) => second.map((b) => meanOfMeans([a, b]))).toSorted((a, b) => a - b);
  const { low, high } = bootstrapInterval(strata, meanOfMeans, { seed: 3, resamples: 100_000, level: 0.8 });
  // The resamples are 729; their tenth and ninetieth percentiles.
  expect(low).toBeCloseTo(all[Math.round(0.1 * 728)]!, 5);
  expect(high).toBeCloseTo(all[Math.round(0.9 * 728)]!, 5);
});

test("strata are drawn apart", () => {
  const { low, high } = bootstrapInterval([[1, 1], [5, 5, 5], [9]], meanOfMeans);
  expect([low, high]).toEqual([5, 5]);
});

test("the same seed gives the same interval, another one another", () => {
  const strata = [Array.from({ length: 20 }, (_, i) => Math.sin(i))];
  const options = { seed: 0, resamples: 200, level: 0.95 };
  expect(bootstrapInterval(strata, meanOfMeans, options)).toEqual(bootstrapInterval(strata, meanOfMeans, options));
  expect(bootstrapInterval(strata, meanOfMeans, options)).not.toEqual(bootstrapInterval(strata, meanOfMeans, { ...options, seed: 1 }));
});

test("of three numbers it covers the truth three times of four, as its comment says", () => {
  const uniforms = stream(5, "test", "coverage");
  const covered = Array.from({ length: 1000 }, (_, seed) => {
    const { low, high } = bootstrapInterval([[normal(uniforms), normal(uniforms), normal(uniforms)]], meanOfMeans, {
      seed,
      resamples: 300,
      level: 0.95,
    });
    return Number(low <= 0 && high >= 0);
  }).reduce((total, one) => total + one, 0);
  expect(covered / 1000).toBeGreaterThan(0.7);
  expect(covered / 1000).toBeLessThan(0.8);
});

test("no strata, no resamples and a level of 1 are refused", () => {
  const options = { seed: 0, resamples: 10, level: 0.9 };
  expect(() => bootstrapInterval([], meanOfMeans)).toThrow(/at least one stratum/);
  expect(() => bootstrapInterval([[1]], meanOfMeans, { ...options, resamples: 0 })).toThrow(/at least one resample, got 0/);
  expect(() => bootstrapInterval([[1]], meanOfMeans, { ...options, level: 1 })).toThrow(/between 0 and 1, got 1/);
});
