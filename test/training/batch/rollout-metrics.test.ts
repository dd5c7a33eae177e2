/** What metrics say of a step's sequences. */
import { expect, test } from "vitest";
import type { LoggedRollout } from "../../../src/training/recipe/step-report.ts";
import { rolloutMetrics } from "../../../src/training/batch/rollout-metrics.ts";
import { recipe } from "../../fixtures/recipes.ts";

const one: LoggedRollout = { prompt: "", reference: "", completion: "", source: "student", finish: "stop", tokens: 3, version: 4 };
const logged: readonly LoggedRollout[] = [
  { ...one, reward: 1, parts: { a: 2 } },
  { ...one, version: 2, finish: "length", tokens: 5, reward: 0, parts: {} },
  { ...one, source: "data", tokens: 1, version: 0 },
  { ...one, source: "data", tokens: 1, version: 0 },
];
const ahead = (maxStaleness: number) => recipe({ rollouts: { ...recipe().rollouts, maxStaleness } });

test("shares, lengths and rewards, in an order that does not change", () => {
  const expected = { "rollouts/on-policy": 0.5, "rollouts/length": 2.5, "rollouts/truncated": 0.25, reward: 0.5, "reward/a": 2 };
  expect(Object.entries(rolloutMetrics(logged, 5, recipe()))).toEqual(Object.entries(expected));
});

test("replays are the student's sequences of older weights, as a share of all", () => {
  const replaying = recipe({ data: { ...recipe().data, replay: { capacity: 4, fresh: 0 } } });
  expect(rolloutMetrics(logged, 5, replaying)["rollouts/replayed"]).toBe(0.25);
  expect(rolloutMetrics(logged, 5, recipe())).not.toHaveProperty("rollouts/replayed");
});

test("staleness is that of the student's sequences, and absent where there are none or nothing is drawn ahead", () => {
  expect(rolloutMetrics(logged, 6, ahead(3))["rollouts/staleness"]).toBe(2);
  expect(rolloutMetrics(logged, 6, ahead(0))).not.toHaveProperty("rollouts/staleness");
  expect(rolloutMetrics(logged.slice(2), 6, ahead(3))).not.toHaveProperty("rollouts/staleness");
});
