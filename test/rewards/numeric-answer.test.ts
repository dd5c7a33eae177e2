/** Tests of the reward for a number close to the reference's. */
import { expect, test } from "vitest";
import { numericAnswer } from "../../src/rewards/numeric-answer.ts";
import type { Reward } from "../../src/rewards/reward.ts";
import { arithmetic } from "../../src/tasks/arithmetic/arithmetic.ts";
import type { Rollout } from "../../src/rollouts/batches/rollout.ts";
import { rewardLaws, rolloutOf } from "../laws/reward.laws.ts";

const task = arithmetic.create({ numbers: [3, 3], range: [1, 9], operators: "+-", train: 2, test: 1 }, { seed: 1 });
const { signal } = new AbortController();
const of = (reference: string, text: string): Rollout => ({ ...rolloutOf(task, { ...task.train[0]!, reference }, "1"), text });
const make = (changes: Partial<Parameters<typeof numericAnswer.create>[0]> = {}): Reward =>
  numericAnswer.create({ correct: 1, incorrect: 0, absolute: 1e-9, relative: 1e-9, ...changes }, { task });

rewardLaws(() => make(), [of("7", "7"), of("7", "8"), of("7", "")]);

test.each<[Partial<Parameters<typeof numericAnswer.create>[0]>, string, string, number]>([
  [{}, "#### 18", "so 18", 1],
  [{}, "#### 18", "so 18.01", 0],
  [{}, "#### 18", "eighteen", 0],
  [{ absolute: 0.02 }, "18", "18.01", 1],
  [{ absolute: 0.01 }, "18", "17.98", 0],
  [{ relative: 0.1 }, "-20", "-22", 1],
  [{ relative: 0.1 }, "-20", "22", 0],
  [{ relative: 0.1 }, "0", "0.01", 0],
  [{ correct: 3, incorrect: -2 }, "1/2", "0.5", 3],
  [{ correct: 3, incorrect: -2 }, "1/2", "1/3", -2],
])("%o: reference %s, completion %s", async (changes, reference, text, expected) => {
  expect((await make(changes).score(of(reference, text), signal)).value).toBe(expected);
});

test("a reference without a number is said", async () => {
  await expect(make().score(of("none", "7"), signal)).rejects.toThrow(
    new RangeError('numeric-answer: expected a number in the reference, got "none"'),
  );
});

test("a task without references is refused", () => {
  expect(() =>
    numericAnswer.create({ correct: 1, incorrect: 0, absolute: 0, relative: 0 }, { task: { ...task, answered: false } }),
  ).toThrow("numeric-answer: expected a task with references, got arithmetic without any");
});
