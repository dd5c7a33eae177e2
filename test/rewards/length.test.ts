/** Tests of the reward for a given length. */
import { expect, test } from "vitest";
import { length } from "../../src/rewards/length.ts";
import { textRollout } from "../fixtures/text-rollouts.ts";
import { rewardLaws } from "../laws/reward.laws.ts";

const texts = ["", "one", "one two", "one two three 👍", "one two three four five six seven"];
const rollouts = texts.map((text, index) => ({ ...textRollout(text, ""), tokens: new Int32Array(2 * index + 1) }));
const { signal } = new AbortController();

rewardLaws(() => length.create({ target: 5, tolerance: 4, unit: "tokens" }, undefined), rollouts);
rewardLaws(() => length.create({ target: 2, tolerance: 3, unit: "words" }, undefined), rollouts);

test.each([
  ["tokens", 5, 4, [0, 0.5, 1, 0.5, 0]],
  ["words", 2, 4, [0.5, 0.75, 1, 0.5, 0]],
  ["characters", 7, 8, [1 - 7 / 8, 0.5, 1, 0, 0]],
] as const)("%s fall in a straight line on both sides", async (unit, target, tolerance, expected) => {
  const reward = length.create({ target, tolerance, unit }, undefined);
  expect(await Promise.all(rollouts.map(async (rollout) => (await reward.score(rollout, signal)).value))).toEqual(expected);
});
