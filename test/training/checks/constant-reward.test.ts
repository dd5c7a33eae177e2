/** Tests of the check for rewards that say the same of everything. */
import { expect, test } from "vitest";
import { constantReward } from "../../../src/training/checks/constant-reward.ts";
import { healthyFacts } from "../../fixtures/facts.ts";

test("a reward with one value in the first step is found, by name and value, from so many completions on", () => {
  const inspect = (least: number, ...[change]: Parameters<typeof healthyFacts>) =>
    constantReward(least).inspect({ ...healthyFacts(change), step: 1 });
  expect(inspect(4)).toEqual({ count: 1, seen: "reward brevity is 0.5 for all 4 completions" });
  expect(inspect(5)).toBeUndefined();
  expect(inspect(4, (_, index) => ({ parts: { a: 1, b: 2, "b/part": 0, c: index } }))).toEqual({
    count: 2,
    seen: "reward a is 1 for all 4 completions, and reward b is 2 for all 4 completions",
  });
  // What got a default has no parts.
  expect(inspect(4, (_, index) => ({ parts: index === 0 ? {} : { a: 1 } }))).toBeUndefined();
  expect(inspect(4, () => ({ source: "data" }))).toBeUndefined();
  expect(constantReward(4).inspect({ ...healthyFacts(), step: 2 })).toBeUndefined();
});
