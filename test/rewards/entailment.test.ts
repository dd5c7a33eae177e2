/** Tests of the reward for entailment. */
import { expect, test } from "vitest";
import { entailment } from "../../src/rewards/entailment.ts";
import { arithmetic } from "../../src/tasks/arithmetic/arithmetic.ts";
import { reports } from "../../src/tasks/reports/reports.ts";
import { rewardLaws, rolloutOf } from "../laws/reward.laws.ts";

const task = reports.create({ events: [2, 2], mistaken: 0, train: 20, test: 5 }, { seed: 1 });
const rollouts = task.train.flatMap((prompt, i) => [
  rolloutOf(task, prompt, prompt.reference),
  rolloutOf(task, prompt, task.train[(i + 1) % 20]!.reference),
]);

rewardLaws(() => entailment.create({}, { task }), rollouts);

test("is 1 for what the report says, and 0 for what another one says", async () => {
  const reward = entailment.create({}, { task });
  const { signal } = new AbortController();
  const values = await Promise.all(rollouts.map(async (rollout) => (await reward.score(rollout, signal)).value));
  expect(values.filter((_, i) => i % 2 === 0)).toEqual(task.train.map(() => 1));
  expect(values.filter((_, i) => i % 2 === 1)).toEqual(task.train.map(() => 0));
});

test("a task that cannot tell is refused with what to do", () => {
  const other = arithmetic.create({ numbers: [2, 2], range: [1, 9], operators: "+", train: 5, test: 5 }, { seed: 1 });
  expect(() => entailment.create({}, { task: other })).toThrow(
    /entailment: expected a task that can tell what is entailed, got arithmetic; take the task "reports"/,
  );
});
