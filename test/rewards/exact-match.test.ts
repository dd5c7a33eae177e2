/** Tests of the reward for a right answer. */
import { expect, test } from "vitest";
import { exactMatch } from "../../src/rewards/exact-match.ts";
import { arithmetic } from "../../src/tasks/arithmetic/arithmetic.ts";
import { rewardLaws, rolloutOf } from "../laws/reward.laws.ts";

const task = arithmetic.create({ numbers: [3, 3], range: [1, 9], operators: "+-", train: 20, test: 5 }, { seed: 1 });
const rollouts = task.train.flatMap((prompt) => [
  rolloutOf(task, prompt, prompt.reference),
  rolloutOf(task, prompt, `${prompt.reference}0`, "length"),
]);

rewardLaws(() => exactMatch.create({ correct: 1, incorrect: 0 }, { task }), rollouts);

test("a task without references is refused", () => {
  expect(() => exactMatch.create({ correct: 1, incorrect: 0 }, { task: { ...task, answered: false } })).toThrow(
    "exact-match: expected a task with references, got arithmetic without any",
  );
});

test("right and wrong answers get their values", async () => {
  const reward = exactMatch.create({ correct: 2, incorrect: -0.5 }, { task });
  const { signal } = new AbortController();
  const values = await Promise.all(rollouts.map(async (rollout) => (await reward.score(rollout, signal)).value));
  expect(values).toEqual(
    rollouts.map(({ text, prompt }) => (text === prompt.reference || (prompt.reference.endsWith("#0") && text.endsWith("#0")) ? 2 : -0.5)),
  );
});
