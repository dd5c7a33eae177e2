/** Tests of the mean over strata and its interval. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { pooledMean } from "../../../src/evaluation/statistics/pooled-mean.ts";
import { normal, stream } from "../../../src/random/stream.ts";

interface Paired {
  differences: number[];
  mean: number;
  p: number;
  interval90: [number, number];
}
interface Pooled {
  strata: number[][];
  mean: number;
  p: number;
  interval95: [number, number];
  degreesOfFreedom: number;
}
const reference = JSON.parse(readFileSync("test/fixtures/statistics_reference.json", "utf8")) as { paired: Paired[]; pooled: Pooled[] };

test.each(reference.paired)("of one stratum it is SciPy's t-test: case %#", ({ differences, mean, p, interval90 }) => {
  const found = pooledMean([differences], 0.9);
  expect(found.mean).toBeCloseTo(mean, 12);
  expect(found.p).toBeCloseTo(p, 7);
  expect(found.interval.low).toBeCloseTo(interval90[0], 6);
  expect(found.interval.high).toBeCloseTo(interval90[1], 6);
});

test.each(reference.pooled)("of several it is the contrast of a one-way model of statsmodels: case %#", (expected) => {
  const found = pooledMean(expected.strata);
  expect(found.mean).toBeCloseTo(expected.mean, 12);
  expect(found.degreesOfFreedom).toBe(expected.degreesOfFreedom);
  expect(found.p).toBeCloseTo(expected.p, 7);
  expect(found.interval.low).toBeCloseTo(expected.interval95[0], 6);
  expect(found.interval.high).toBeCloseTo(expected.interval95[1], 6);
});

test("one number a stratum says nothing of the spread", () => {
  expect(pooledMean([[1], [2]])).toEqual({
    mean: 1.5,
    interval: { low: -Infinity, high: Infinity, level: 0.95 },
    degreesOfFreedom: 0,
    p: 1,
  });
});

test("equal numbers are certain", () => {
  expect(pooledMean([[2, 2]])).toMatchObject({ interval: { low: 2, high: 2 }, p: 0 });
  expect(pooledMean([[0, 0]])).toMatchObject({ interval: { low: 0, high: 0 }, p: 1 });
});

test("the interval of three seeds covers the truth as often as it says", () => {
  const uniforms = stream(1, "test", "coverage");
  const covered = Array.from({ length: 4000 }, () => {
    const { interval } = pooledMean([[normal(uniforms), normal(uniforms), normal(uniforms)]]);
    return Number(interval.low <= 0 && interval.high >= 0);
  }).reduce((total, one) => total + one, 0);
  expect(covered / 4000).toBeGreaterThan(0.94);
  expect(covered / 4000).toBeLessThan(0.96);
});

test("nothing, an empty stratum and a number that is not finite are refused", () => {
  expect(() => pooledMean([])).toThrow("pooled mean: expected at least one stratum, got none");
  expect(() => pooledMean([[1], []])).toThrow(/got none in stratum 1/);
  expect(() => pooledMean([[1, NaN]])).toThrow(/expected finite numbers, got NaN in stratum 0/);
});
