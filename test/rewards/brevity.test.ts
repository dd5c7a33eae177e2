/** Tests of the reward for short completions. */
import { expect, test } from "vitest";
import { brevity } from "../../src/rewards/brevity.ts";
import { arithmetic } from "../../src/tasks/arithmetic/arithmetic.ts";
import { rewardLaws, rolloutOf } from "../laws/reward.laws.ts";

const task = arithmetic.create({ numbers: [3, 3], range: [1, 9], operators: "+-", train: 1, test: 1 }, { seed: 1 });
const rollouts = task.train.flatMap((prompt) => [0, 3, 4, 5, 7, 8, 30].map((length) => rolloutOf(task, prompt, "1".repeat(length))));

rewardLaws(() => brevity.create({ target: 4, limit: 8 }, undefined), rollouts);

test("falls in a straight line from target to limit, end-of-sequence counted", async () => {
  const reward = brevity.create({ target: 4, limit: 8 }, undefined);
  const { signal } = new AbortController();
  const values = await Promise.all(rollouts.map(async (rollout) => (await reward.score(rollout, signal)).value));
  expect(values).toEqual([1, 1, 0.75, 0.5, 0, 0, 0]);
});

test.each([
  [8, 8],
  [9, 8],
])("target %i and limit %i are refused", (target, limit) => {
  expect(() => brevity.create({ target, limit }, undefined)).toThrow(
    new RangeError(`brevity: expected target < limit, got target ${target} and limit ${limit} tokens`),
  );
});
