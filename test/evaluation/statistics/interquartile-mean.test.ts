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

test("single runs far off do not move it", () => {
  expect(interquartileMean([[1, 2, 3, 4]])).toBe(2.5);
  expect(
    interquartileMean([
      [-1e9, 2],
      [3, 1e9],
    ]),
  ).toBe(2.5);
});

test("numbers that are not finite are refused", () => {
  expect(() => interquartileMean([[1, Number.NaN]])).toThrow(/interquartile mean: expected finite numbers, got NaN in stratum 0/u);
});
