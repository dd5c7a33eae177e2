/** Tests of tasks that are made of their prompts. */
import { expect, test } from "vitest";
import { taskOf } from "../../src/tasks/task-of.ts";
import { characterTokenizer } from "../../src/tokenizers/characters.ts";

const tokenizer = characterTokenizer("abc=");
const parts = { name: "own", tokenizer, train: [{ text: "ab=", reference: "ba" }], test: [{ text: "c=", reference: "c" }] };

test("a task counts tokens and numbers its prompts; a completion is right when it is the reference", () => {
  const task = taskOf(parts);
  expect(task).toMatchObject({
    answered: true,
    longest: { prompt: 3, completion: 3 },
    train: [{ index: 0, text: "ab=", reference: "ba" }],
  });
  expect(task.check(task.train[0]!, "ba").correct).toBe(true);
  expect(task.check(task.train[0]!, "ab").correct).toBe(false);
});

test("a task without references says how long completions are", () => {
  const open = { ...parts, train: [{ text: "a=" }], test: [{ text: "b=" }] };
  const task = taskOf({ ...open, completionTokens: 7 });
  expect(task).toMatchObject({ answered: false, longest: { prompt: 2, completion: 7 }, test: [{ reference: "" }] });
  expect(task.check(task.test[0]!, "").correct).toBe(false);
  expect(() => taskOf(open)).toThrow(/own: expected "completionTokens" in a task without references, got none/u);
});

test.each([
  ["a prompt in both splits", { test: parts.train }, /expected no prompt in both splits, got "ab="/u],
  ["an empty split", { test: [] }, /expected prompts to train and to test on, got 1 and 0/u],
  ["references of some", { test: [{ text: "c=" }] }, /expected references of all prompts or of none, got 1 of 2/u],
  ["what the tokenizer does not know", { test: [{ text: "x=", reference: "a" }] }, /got "x"/u],
])("%s is refused", (_name, change, message) => {
  expect(() => taskOf({ ...parts, ...change })).toThrow(message);
});
