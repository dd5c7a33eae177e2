/** Tests of the group-mean baseline. */
import { expect, test } from "vitest";
import { groupMean } from "../../../src/objectives/baselines/group-mean.ts";
import { leaveOneOut } from "../../../src/objectives/baselines/leave-one-out.ts";
import { baselineLaws } from "../../laws/baseline.laws.ts";

baselineLaws(groupMean, { smallestGroup: 2, ownShare: (group) => 1 / group });

test("each baseline is the mean of its own group", () => {
  const { baselines } = groupMean.estimate(Float32Array.of(1, 2, 6, 10, 20, 60), 3, null);
  expect([...baselines]).toEqual([3, 3, 3, 30, 30, 30]);
});

test("advantages are (G - 1)/G of those of leave-one-out", () => {
  const rewards = Float32Array.of(0, 1, 1, 0.5, 4, -2, 3, 0);
  const [own, others] = [groupMean, leaveOneOut].map((baseline) => baseline.estimate(rewards, 4, null).baselines);
  for (const [i, reward] of rewards.entries()) expect(reward - own![i]!).toBeCloseTo((3 / 4) * (reward - others![i]!), 6);
});

test("a group of one is refused with what to do", () => {
  expect(() => groupMean.estimate(new Float32Array(4), 1, null)).toThrow(RangeError);
  expect(() => groupMean.estimate(new Float32Array(4), 1, null)).toThrow(
    /group-mean: expected at least 2 .*got groups of 1.*moving-average/,
  );
});
