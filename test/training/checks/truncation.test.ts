/** Tests of the checks for what is cut off. */
import { expect, test } from "vitest";
import { cut, truncated } from "../../../src/training/checks/truncation.ts";
import { healthyFacts } from "../../fixtures/facts.ts";

test("completions at the limit are found when they are nearly all of the student's", () => {
  const inspect = (...[change]: Parameters<typeof healthyFacts>) => truncated(7).inspect(healthyFacts(change));
  expect(inspect()).toBeUndefined();
  expect(inspect((_, index) => ({ finish: index === 0 ? "stop" : "length" }))).toBeUndefined();
  expect(inspect(() => ({ finish: "length" }))).toEqual({ count: 1, seen: "100% of 4 completions were cut at the limit of tokens" });
  expect(inspect(() => ({ finish: "length", source: "data" }))).toBeUndefined();
  expect(inspect((_, index) => (index === 0 ? { source: "teacher" } : { finish: "length" }))?.seen).toMatch(/^100% of 3 completions/u);
  expect(truncated(7).patience).toBe(7);
});

test("rewards and ratios at their bounds are found when they are nearly all", () => {
  const inspect = (metrics: Readonly<Record<string, number>>) => cut(7).inspect({ ...healthyFacts(), metrics });
  expect(cut(7).inspect(healthyFacts())).toBeUndefined();
  expect(inspect({ "policy/cut": 0.94, "rewards/cut": 0.94 })).toBeUndefined();
  expect(inspect({ "policy/cut": 0.1, "policy/cut/minillm": 0.97 })?.seen).toBe("97% of the importance ratios were cut");
  expect(inspect({ "policy/cut": 0.96 })).toEqual({ count: 1, seen: "96% of the importance ratios were cut" });
  expect(inspect({ "policy/cut": 1, "rewards/cut": 0.95 })).toEqual({
    count: 2,
    seen: "100% of the importance ratios were cut and 95% of the rewards were cut",
  });
  expect(cut(7).patience).toBe(7);
});
