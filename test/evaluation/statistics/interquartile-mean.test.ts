/** Tests of the interquartile mean. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { interquartileMean } from "../../../src/evaluation/statistics/interquartile-mean.ts";

const { interquartile } = JSON.parse(readFileSync("test/fixtures/statistics_reference.json", "utf8")) as {
  interquartile: { runs: number[][]; iqm: number }[];
};

test.each(interquartile)("equals rliable's: case %#", ({ runs, iqm }) => {
  expect(interquartileMean(runs)).toBeCloseTo(iqm, 12);
});

test("an outlier does not move it", () => {
  const runs = [1, 2, 3, 4, 5, 6, 7, 8];
  expect(interquartileMean([runs])).toBe(4.5);
  expect(interquartileMean([[...runs.slice(0, -1), 1e9]])).toBe(4.5);
});

test("nothing, an empty stratum and a number that is not finite are refused", () => {
  expect(() => interquartileMean([])).toThrow("interquartile mean: expected at least one stratum, got none");
  expect(() => interquartileMean([[1], []])).toThrow(/got none in stratum 1/);
  expect(() => interquartileMean([[1, NaN]])).toThrow(/expected finite numbers, got NaN in stratum 0/);
});
