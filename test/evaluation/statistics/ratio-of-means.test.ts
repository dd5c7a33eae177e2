/** Tests of ratios of means: their interval against the inversion of statsmodels' t-test, and how often it covers. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { ratioOfMeans } from "../../../src/evaluation/statistics/ratio-of-means.ts";
import { normal, stream } from "../../../src/random/stream.ts";

interface Ratio {
  upper: number[][];
  lower: number[][];
  ratio: number;
  interval95: [number, number];
}
const { ratios } = JSON.parse(readFileSync("test/fixtures/statistics_reference.json", "utf8")) as { ratios: Ratio[] };

test.each(ratios)("the ends are where the t-test of the difference has a p of 0.05: case %#", ({ upper, lower, ratio, interval95 }) => {
  const found = ratioOfMeans(upper, lower);
  expect(found.ratio).toBeCloseTo(ratio, 12);
  expect(found.interval.low).toBeCloseTo(interval95[0], 6);
  expect(found.interval.high).toBeCloseTo(interval95[1], 6);
});

test("three seeds of two settings each cover the truth as often as they say, also where it is not small beside the noise", () => {
  const uniforms = stream(2, "test", "coverage");
  const strata = (centre: number): number[][] =>
    Array.from({ length: 2 }, () => Array.from({ length: 3 }, () => centre + normal(uniforms)));
  const covered = Array.from({ length: 4000 }, () => {
    const { interval } = ratioOfMeans(strata(4), strata(2));
    return Number(interval.low <= 2 && interval.high >= 2);
  }).reduce((total, one) => total + one, 0);
  expect(covered / 4000).toBeGreaterThan(0.94);
  expect(covered / 4000).toBeLessThan(0.96);
});

test("where the lower mean may be none, or nothing is known of the spread, the ratio has no end", () => {
  const all = { low: -Infinity, high: Infinity, level: 0.95 };
  expect(ratioOfMeans([[2, 2.5]], [[-1, 1.2]]).interval).toEqual(all);
  expect(ratioOfMeans([[2]], [[1]])).toEqual({ ratio: 2, interval: all });
});

test("equal numbers are certain", () => {
  expect(ratioOfMeans([[4, 4]], [[2, 2]])).toEqual({ ratio: 2, interval: { low: 2, high: 2, level: 0.95 } });
});

test("nothing, and a level outside (0, 1), are refused", () => {
  expect(() => ratioOfMeans([], [[1]])).toThrow("ratio of means: expected at least one stratum, got none");
  expect(() => ratioOfMeans([[1]], [[]])).toThrow(/got none in stratum 0/u);
  expect(() => ratioOfMeans([[1]], [[1]], 1)).toThrow("level");
});
