/** Tests of the probability of improvement. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { probabilityOfImprovement } from "../../../src/evaluation/statistics/probability-of-improvement.ts";

const { improvement } = JSON.parse(readFileSync("test/fixtures/statistics_reference.json", "utf8")) as {
  improvement: { ours: number[][]; theirs: number[][]; probability: number }[];
};

test.each(improvement)("equals rliable's: case %#", ({ ours, theirs, probability }) => {
  expect(probabilityOfImprovement(ours, theirs)).toBeCloseTo(probability, 12);
});

test("always above is 1, always below 0, the same a half", () => {
  expect(probabilityOfImprovement([[2, 3]], [[0, 1]])).toBe(1);
  expect(probabilityOfImprovement([[0, 1]], [[2, 3]])).toBe(0);
  expect(probabilityOfImprovement([[1, 2]], [[1, 2]])).toBe(0.5);
});

test("unlike counts of strata are refused", () => {
  expect(() => probabilityOfImprovement([[1]], [[1], [2]])).toThrow(/as many strata on both sides, got 1 and 2/);
});
