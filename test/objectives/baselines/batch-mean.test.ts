/** Tests of the batch-mean baseline. */
import { expect, test } from "vitest";
import { batchMean } from "../../../src/objectives/baselines/batch-mean.ts";
import { baselineLaws } from "../../laws/baseline.laws.ts";

baselineLaws(batchMean, { smallestGroup: 1, ownShare: (_, rewards) => 1 / rewards });

test("every baseline is the mean of the whole step, whatever the groups are", () => {
  for (const group of [1, 2, 4]) {
    expect([...batchMean.estimate(Float32Array.of(1, 2, 6, 11), group, null).baselines]).toEqual([5, 5, 5, 5]);
  }
});

test("the advantage of a single reward is zero", () => {
  expect([...batchMean.estimate(Float32Array.of(3), 1, null).baselines]).toEqual([3]);
});
