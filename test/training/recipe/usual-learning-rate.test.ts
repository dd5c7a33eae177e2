/** Tests of learning rates by size. */
import { expect, test } from "vitest";
import { measuredRates, oddRate, usualLearningRate } from "../../../src/training/recipe/usual-learning-rate.ts";

const imitating = { rewarded: false, imitating: true };
const rewarded = { rewarded: true, imitating: false };
const both = { rewarded: true, imitating: true };

test("a size that was measured has its own rate, others one between their neighbours, and the ends go on", () => {
  for (const { parameters, rate } of measuredRates) expect(usualLearningRate(parameters, imitating)).toBe(rate);
  expect(usualLearningRate(55_000, imitating)).toBe(0.004);
  const between = usualLearningRate(3_000_000, imitating);
  expect(between).toBeLessThan(0.004);
  expect(between).toBeGreaterThan(0.0003);
  expect(usualLearningRate(1, imitating)).toBe(0.015);
  expect(usualLearningRate(7e9, imitating)).toBe(0.0003);
});

test("a reward alone takes a twentieth, and beside a teacher the teacher's", () => {
  expect(usualLearningRate(55_000, rewarded)).toBe(0.0002);
  expect(usualLearningRate(55_000, both)).toBe(0.004);
});

test("what is more than ten times off is odd, by the nearer of what is usual", () => {
  expect(oddRate(0.04, 55_000, imitating)).toBeUndefined();
  expect(oddRate(0.041, 55_000, imitating)).toBe(0.004);
  expect(oddRate(0.0004, 55_000, imitating)).toBeUndefined();
  expect(oddRate(0.00039, 55_000, imitating)).toBe(0.004);
  expect(oddRate(0.0021, 55_000, rewarded)).toBe(0.0002);
  expect(oddRate(0.0021, 55_000, both)).toBeUndefined();
  expect(oddRate(0.00001, 55_000, both)).toBe(0.0002);
});
