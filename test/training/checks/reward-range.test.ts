/** Tests of the check of rewards against the ranges that they state. */
import { expect, test } from "vitest";
import { rewardRange } from "../../../src/training/checks/reward-range.ts";
import { healthyFacts } from "../../fixtures/facts.ts";

const check = rewardRange({ "exact-match": [0, 1], penalty: [-1, 0] }, 3);

test("values in their range pass, and so do those of rewards that state none", () => {
  expect(check.inspect(healthyFacts())).toBeUndefined();
  expect(check.inspect(healthyFacts(() => ({ parts: { "exact-match": 1, penalty: -1, brevity: 99 } })))).toBeUndefined();
  expect(check.inspect({ ...healthyFacts(), logged: healthyFacts().logged.map(({ parts: _parts, ...rest }) => rest) })).toBeUndefined();
  expect(check.patience).toBe(3);
});

test("values below and above are found, and the first is named", () => {
  expect(check.inspect(healthyFacts((_, index) => (index === 2 ? { parts: { "exact-match": 1.5 } } : {})))).toEqual({
    count: 1,
    seen: "reward exact-match is 1.5, outside of [0, 1]",
  });
  expect(check.inspect(healthyFacts((_, index) => ({ parts: { "exact-match": index - 1, penalty: 0.5 } })))).toEqual({
    count: 6,
    seen: "reward exact-match is -1, outside of [0, 1], and 5 more are outside",
  });
});
