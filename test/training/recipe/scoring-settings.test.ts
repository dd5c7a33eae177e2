/** Tests of the settings of scorers. */
import { Value } from "@sinclair/typebox/value";
import { expect, test } from "vitest";
import { scoringPolicy, ScoringSettings } from "../../../src/training/recipe/scoring-settings.ts";

test("the defaults call three times, have no breaker, and stop the run", () => {
  const settings = Value.Create(ScoringSettings);
  for (const name of ["reward", "teacher", "reference"] as const) {
    expect(scoringPolicy(settings[name])).toEqual({ timeout: 600_000, retries: 2, wait: 200, longestWait: 10_000, onFailure: "stop" });
  }
});

test("a policy has the breaker and the outcome of its settings, and nothing of threads", () => {
  const settings = Value.Create(ScoringSettings);
  const breaker = { failures: 3, rest: 500 };
  const policy = scoringPolicy({ ...settings.reward, workers: 4, breaker, onFailure: "default", default: -2 });
  expect(policy).toMatchObject({ breaker, onFailure: "default" });
  expect(Object.keys(policy).toSorted()).toEqual(["breaker", "longestWait", "onFailure", "retries", "timeout", "wait"]);
});
