/** Tests of the checks for what is cut off. */
import { expect, test } from "vitest";
import { cut, truncated } from "../../../src/training/checks/truncation.ts";
import { healthyFacts } from "../../fixtures/facts.ts";

test("completions at the limit are found when they are nearly all of the student's", () => {
  const look = (...[change]: Parameters<typeof healthyFacts>) => truncated(7).look(healthyFacts(change));
  expect(look()).toBeUndefined();
  expect(look((_, index) => ({ finish: index === 0 ? "stop" : "length" }))).toBeUndefined();
  expect(look(() => ({ finish: "length" }))).toEqual({ count: 1, seen: "100% of 4 completions were cut at the limit of tokens" });
  expect(look(() => ({ finish: "length", source: "data" }))).toBeUndefined();
  expect(look((_, index) => (index === 0 ? { source: "teacher" } : { finish: "length" }))?.seen).toMatch(/^100% of 3 completions/u);
  expect(truncated(7).patience).toBe(7);
});

test("rewards and ratios at their bounds are found when they are nearly all", () => {
  const look = (metrics: Readonly<Record<string, number>>) => cut(7).look({ ...healthyFacts(), metrics });
  expect(cut(7).look(healthyFacts())).toBeUndefined();
  expect(look({ "policy/cut": 0.94, "rewards/cut": 0.94 })).toBeUndefined();
  expect(look({ "policy/cut": 0.1, "policy/cut/minillm": 0.97 })?.seen).toBe("97% of the importance ratios were cut");
  expect(look({ "policy/cut": 0.96 })).toEqual({ count: 1, seen: "96% of the importance ratios were cut" });
  expect(look({ "policy/cut": 1, "rewards/cut": 0.95 })).toEqual({
    count: 2,
    seen: "100% of the importance ratios were cut and 95% of the rewards were cut",
  });
  expect(cut(7).patience).toBe(7);
});
