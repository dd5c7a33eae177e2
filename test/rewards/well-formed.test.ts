/** Tests of the reward for form. */
import { expect, test } from "vitest";
import { wellFormed } from "../../src/rewards/well-formed.ts";
import { arithmetic } from "../../src/tasks/arithmetic/arithmetic.ts";
import { rewardLaws, rolloutOf } from "../laws/reward.laws.ts";

const task = arithmetic.create({ numbers: [3, 3], range: [1, 9], operators: "+-", train: 20, test: 5 }, { seed: 1 });

rewardLaws(
  () => wellFormed.create({}, { task }),
  task.train.flatMap((prompt) => [rolloutOf(task, prompt, prompt.reference), rolloutOf(task, prompt, prompt.text)]),
);

test.each([
  ["1+1=3#4", "stop", 1],
  ["1+1=3#4", "length", 0],
  ["1+1=3", "stop", 0],
  ["#4", "stop", 0],
] as const)("%s ending with %s", async (text, finish, expected) => {
  const [prompt] = task.train;
  if (prompt === undefined) throw new Error("expected a prompt");
  const reward = wellFormed.create({}, { task });
  expect(await reward.score(rolloutOf(task, prompt, text, finish), new AbortController().signal)).toEqual({ value: expected, parts: {} });
});
