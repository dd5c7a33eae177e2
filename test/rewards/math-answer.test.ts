/** Tests of the reward for a mathematically right answer. */
import { expect, test } from "vitest";
import { mathAnswer } from "../../src/rewards/math-answer.ts";
import type { Reward } from "../../src/rewards/reward.ts";
import { arithmetic } from "../../src/tasks/arithmetic/arithmetic.ts";
import type { Rollout } from "../../src/rollouts/batches/rollout.ts";
import { rewardLaws, rolloutOf } from "../laws/reward.laws.ts";

const task = arithmetic.create({ numbers: [3, 3], range: [1, 9], operators: "+-", train: 2, test: 1 }, { seed: 1 });
const { signal } = new AbortController();
const of = (reference: string, text: string): Rollout => ({ ...rolloutOf(task, { ...task.train[0]!, reference }, "1"), text });
const make = (changes: Partial<Parameters<typeof mathAnswer.create>[0]> = {}): Reward =>
  mathAnswer.create({ correct: 1, incorrect: 0, decimals: 6, ...changes }, { task });

rewardLaws(() => make(), [of("\\frac12", "0.5"), of("\\frac12", "\\boxed{2}"), of("7", ""), of("#### 7", "so 7")]);

test.each<[string, string, number]>([
  ["$\\frac{1}{2}$", "Hence it is \\boxed{0.5}.", 2],
  ["3 + 4 = 7\n#### 7", "The answer is $7.00.", 2],
  ["(1, 2)", "so $(x, y) = (1, \\sqrt{4})$", 2],
  ["(1, 2)", "so $(x, y) = (2, 1)$", -1],
  ["1/3", "0.333", -1],
  ["7", "I do not know", -1],
  ["7", "", -1],
])("reference %s, completion %s", async (reference, text, expected) => {
  expect((await make({ correct: 2, incorrect: -1 }).score(of(reference, text), signal)).value).toBe(expected);
});

test("decimals say how far a decimal must agree", async () => {
  expect((await make({ decimals: 2 }).score(of("1/3", "0.333"), signal)).value).toBe(1);
});

test("a task without references is refused", () => {
  expect(() => mathAnswer.create({ correct: 1, incorrect: 0, decimals: 6 }, { task: { ...task, answered: false } })).toThrow(
    "math-answer: expected a task with references, got arithmetic without any",
  );
});
