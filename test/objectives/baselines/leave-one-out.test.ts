/** Tests of the leave-one-out baseline. */
import { expect, test } from "vitest";
import { leaveOneOut } from "../../../src/objectives/baselines/leave-one-out.ts";
import { baselineLaws } from "../../laws/baseline.laws.ts";

baselineLaws(leaveOneOut, { smallestGroup: 2 });

test("each baseline is the mean of the others in its own group", () => {
  const { baselines } = leaveOneOut.estimate(Float32Array.of(1, 2, 6, 10, 20, 60), 3, null);
  expect([...baselines]).toEqual([4, 3.5, 1.5, 40, 35, 15]);
});

test("the advantages of a group sum to zero", () => {
  const rewards = Float32Array.of(0, 1, 1, 0.5);
  const { baselines } = leaveOneOut.estimate(rewards, 4, null);
  expect(rewards.reduce((sum, reward, i) => sum + reward - baselines[i]!, 0)).toBeCloseTo(0, 6);
});

test("a group of one is refused with what to do", () => {
  expect(() => leaveOneOut.estimate(new Float32Array(4), 1, null)).toThrow(RangeError);
  expect(() => leaveOneOut.estimate(new Float32Array(4), 1, null)).toThrow(/at least 2 completions.*got groups of 1.*moving-average/);
});
