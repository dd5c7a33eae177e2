/** Tests of the reward for the right letter. */
import { describe, expect, test } from "vitest";
import { multipleChoice } from "../../src/rewards/multiple-choice.ts";
import type { Prompt } from "../../src/tasks/task.ts";
import { answeredTask, textRollout, unansweredTask } from "../fixtures/text-rollouts.ts";
import { rewardLaws } from "../laws/reward.laws.ts";

const { signal } = new AbortController();
const prompts = ["A", "(B)", "C. Rome", "Answer: D"].map((reference, index): Prompt => ({ index, text: `Question ${index}?`, reference }));
const task = { ...answeredTask, train: prompts, test: [] };
const make = (options: { choices?: number; correct?: number; incorrect?: number } = {}) =>
  multipleChoice.create({ choices: 4, correct: 1, incorrect: 0, ...options }, { task });

rewardLaws(
  () => make({ incorrect: -0.5 }),
  prompts.flatMap(({ reference }) => ["Answer: (B)", "A", "none"].map((text) => textRollout(text, reference))),
);

describe("the letter that a completion names", () => {
  test.each([
    ["B", "B"],
    ["B.", "B"],
    [" B) Paris\n", "B"],
    ["(B)", "B"],
    ["It is **B**.", "B"],
    ["Answer: (B)", "B"],
    ["Answer:\nB", "B"],
    ["ANSWER: B", "B"],
    ["A looks right. But the answer is B because of C.", "B"],
    ["The correct answer is: **(B)**", "B"],
    ["So the correct choice is option B.", "B"],
    ["The answer is \\boxed{B}.", "B"],
    ["$\\boxed{\\text{B}}$", "B"],
    ["Answer: A. No, wait. Answer: B.", "B"],
    ["(A) is wrong. Answer: B", "B"],
    ["The answer is a city.", undefined],
    ["The answer is Berlin.", undefined],
    ["(A) or (B)?", undefined],
    ["A) Rome\nB) Paris\nC) Oslo", undefined],
    ["A cat sat on a mat", undefined],
    ["Answer: E", undefined],
    ["B2", undefined],
    ["", undefined],
  ])("in %j is %s", async (text, letter) => {
    for (const right of ["A", "B", "C", "D"]) {
      expect((await make().score(textRollout(text, right), signal)).value, right).toBe(right === letter ? 1 : 0);
    }
  });
});

test("references are read the same way, and values are as set", async () => {
  const reward = make({ correct: 2, incorrect: -1 });
  expect(reward.range).toEqual([-1, 2]);
  const values = prompts.map(async ({ reference }) => (await reward.score(textRollout("Answer: C", reference), signal)).value);
  expect(await Promise.all(values)).toEqual([-1, -1, 2, -1]);
});

test("there may be more choices", async () => {
  expect((await make({ choices: 10 }).score(textRollout("Answer: J", "J"), signal)).value).toBe(1);
});

test("a task without references, and a reference without a letter, are refused", () => {
  const parameters = { choices: 2, correct: 1, incorrect: 0 };
  expect(() => multipleChoice.create(parameters, { task: unansweredTask })).toThrow("multiple-choice: expected a task with references");
  expect(() => multipleChoice.create(parameters, { task })).toThrow(
    new RangeError('multiple-choice: expected a reference that names one of A to B, got "C. Rome" of the prompt "Question 2?"'),
  );
});
