/** Tests of the measure of repetition. */
import { expect, test } from "vitest";
import { repetition } from "../../src/rewards/repetition.ts";
import { textRollout } from "../fixtures/text-rollouts.ts";
import { rewardLaws } from "../laws/reward.laws.ts";

const { signal } = new AbortController();
const make = (order: number, unit: "words" | "tokens" = "words") => repetition.create({ order, unit }, undefined);

rewardLaws(
  () => make(2),
  ["", "a b c", "a b a b", "a a a a a a", "the same again, the same again"].map((text) => textRollout(text, "")),
);

test.each([
  ["a b c d", 1, 0],
  ["A a b b", 1, 0.5],
  ["a b a b", 2, 1 - 2 / 3],
  ["a b a b", 4, 0],
  ["a b a b", 5, 0],
  ["", 1, 0],
  ["x ".repeat(100), 1, 0.99],
] as const)("%j with n = %i", async (text, order, expected) => {
  expect((await make(order).score(textRollout(text, ""), signal)).value).toBeCloseTo(expected, 12);
});

test("tokens count by their ids", async () => {
  const rollout = { ...textRollout("other text", ""), tokens: Int32Array.from([1, 12, 1, 12, 11, 2]) };
  expect((await make(2, "tokens").score(rollout, signal)).value).toBeCloseTo(1 / 5, 12);
});
