/** Tests of spreads of means: their interval against scipy's studentized range, and how often it covers. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { spreadInterval, spreadOfMeans } from "../../../src/evaluation/statistics/spread-of-means.ts";
import { normal, stream } from "../../../src/random/stream.ts";

interface Spread {
  strata: number[][];
  interval95: [number, number];
}
const { spreads } = JSON.parse(readFileSync("test/fixtures/statistics_reference.json", "utf8")) as { spreads: Spread[] };

test.each(spreads)(
  "the ends of one setting are those of Student's t and of Tukey's studentized range: case %#",
  ({ strata, interval95 }) => {
    const { low, high } = spreadInterval([strata], 1);
    const [least, most] = interval95;
    expect(low).toBeCloseTo(least, 6);
    // Drawn, so to two percent of how far it reaches.
    expect(Math.abs(high - most)).toBeLessThan(0.02 * (most - least));
  },
);

/** Share of intervals that cover what they are of, where each mean has noise of deviation 1. */
const coverage = (near: readonly number[][], far: readonly number[][] | number, seeds: number, level: number): number => {
  const uniforms = stream(4, "test", "coverage");
  const drawn = (settings: readonly number[][]) =>
    settings.map((means) => means.map((value) => Array.from({ length: seeds }, () => value + normal(uniforms))));
  const exact = (settings: readonly number[][]) => spreadOfMeans(settings.map((means) => means.map((value) => [value])));
  const truth = (typeof far === "number" ? far : exact(far)) - exact(near);
  const repetitions = 1000;
  const covered = Array.from({ length: repetitions }, () => {
    const { low, high } = spreadInterval(drawn(near), typeof far === "number" ? far : drawn(far), level);
    return Number(low <= truth && high >= truth);
  }).reduce((total, one) => total + one, 0);
  return covered / repetitions;
};

test("it covers what it says with three seeds, whether the means are all the same or far apart", () => {
  const [same, apart] = [
    [0, 0, 0, 0, 0],
    [0, 0, 3, 0, 6],
  ];
  // Three standard errors of 1,000 repetitions below 0.9.
  const least = 0.9 - 3 * Math.sqrt((0.9 * 0.1) / 1000);
  expect(coverage([same], 1, 3, 0.9)).toBeGreaterThan(least);
  expect(coverage([apart, same, apart], 1, 3, 0.9)).toBeGreaterThan(least);
  expect(coverage([same], [apart], 3, 0.9)).toBeGreaterThan(least);
  expect(coverage([apart], [same], 3, 0.9)).toBeGreaterThan(least);
}, 120_000);

test("settings count the same, and equal numbers are certain", () => {
  const settings = [
    [
      [1, 1],
      [4, 4],
    ],
    [
      [2, 2, 2],
      [2, 2],
      [7, 7],
    ],
  ];
  expect(spreadOfMeans(settings)).toBe(4);
  expect(spreadInterval(settings, 5)).toEqual({ low: 1, high: 1, level: 0.95 });
  expect(spreadInterval(settings.slice(1), settings.slice(0, 1))).toEqual({ low: -2, high: -2, level: 0.95 });
});

test("one seed says nothing, more seeds say more, and the same numbers give the same interval", () => {
  expect(spreadInterval([[[1], [2]]], 1)).toEqual({ low: -Infinity, high: Infinity, level: 0.95 });
  const strata = [
    [0.1, 0.5, 0.2],
    [1.1, 1.6, 1.3],
  ];
  const twice = strata.map((stratum) => [...stratum, ...stratum]);
  const [few, many] = [spreadInterval([strata], 1), spreadInterval([twice], 1)];
  expect(many.high - many.low).toBeLessThan(few.high - few.low);
  expect(spreadInterval([strata], 1)).toEqual(few);
  expect(spreadInterval([strata], 1, 0.99).high).toBeGreaterThan(few.high);
});

test("nothing, and a level outside (0, 1), are refused", () => {
  expect(() => spreadInterval([], 1)).toThrow("spread of means: expected at least one stratum, got none");
  expect(() => spreadInterval([[[1, 2], []]], 1)).toThrow(/got none in stratum 1/u);
  expect(() => spreadInterval([[[1, 2]]], 1, 1)).toThrow("level");
});
