/** Tests of means and of how sure they are. */
import { expect, test } from "vitest";
import { meanInterval, estimate } from "../../../src/results/tables/estimate.ts";
import { normal, stream } from "../../../src/random/stream.ts";

test("mean and standard error, as worked out by hand", () => {
  // Deviations -2, 0, 2: variance 8 / 2 = 4, standard error sqrt(4 / 3).
  expect(estimate([1, 3, 5])).toEqual({ n: 3, mean: 3, standardError: Math.sqrt(4 / 3) });
  expect(estimate([7])).toEqual({ n: 1, mean: 7, standardError: undefined });
  expect(estimate([])).toBeUndefined();
  expect(estimate([1, Number.NaN])?.mean).toBeNaN();
});

test("the bootstrap interval is that of the standard error for many numbers of a bell, and always the same", () => {
  const uniforms = stream(3, "test");
  const values = Array.from({ length: 200 }, () => 5 + normal(uniforms));
  const { mean, standardError } = estimate(values)!;
  const [low, high] = meanInterval(values)!;
  expect((mean - low) / standardError!).toBeCloseTo(1.96, 0);
  expect((high - mean) / standardError!).toBeCloseTo(1.96, 0);
  expect(meanInterval(values)).toEqual([low, high]);
});

test("the bootstrap stays within the values, and says nothing of one", () => {
  expect(meanInterval([2, 2, 2])).toEqual([2, 2]);
  const [low, high] = meanInterval([0, 1])!;
  expect([low, high]).toEqual([0, 1]);
  expect(meanInterval([1])).toBeUndefined();
  expect(meanInterval([1, Number.NaN])).toBeUndefined();
});
