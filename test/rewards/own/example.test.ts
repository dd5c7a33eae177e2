/** Tests of what a reward's function sees of a completion. */
import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { exampleOf, type RewardExample } from "../../../src/rewards/own/example.ts";
import { smallTask } from "../../fixtures/recipes.ts";
import { rolloutOf } from "../../laws/reward.laws.ts";

const task = smallTask();
const prompt = { ...task.train[0]!, fields: { source: "a book", inspect: "later" } };
const rollout = rolloutOf(task, prompt, "12");
const example = exampleOf(rollout, task);
const open = exampleOf(rollout, { ...task, answered: false });

/** Reads a name that the type does not have, as JavaScript does. */
const read = (from: object, name: string): unknown => (from as Record<string, unknown>)[name];

test("it has five names, and reads and lists as an object does", async () => {
  const plain = {
    prompt: prompt.text,
    completion: "12",
    reference: prompt.reference,
    tokens: [...rollout.tokens],
    fields: { source: "a book", inspect: "later" },
  };
  expect({ ...example, fields: { ...example.fields } }).toEqual(plain);
  expect(JSON.parse(JSON.stringify(example))).toEqual(plain);
  expect(inspect(example)).toContain("a book");
  expect(Object.prototype.toString.call(example)).toBe("[object Object]");
  expect(await Promise.resolve(example)).toBe(example);
  expect(read(example.fields, "inspect")).toBe("later");
  expect(() => Object.assign(example as { completion: string }, { completion: "other" })).toThrow(TypeError);
});

describe("another name is refused for good, with those that there are", () => {
  test.each<[string, object, string]>([
    [
      "text",
      example,
      'example: expected one of prompt, completion, reference, tokens, fields, got "text"; the completion\'s text is "completion"',
    ],
    [
      "finish",
      example,
      'example: expected one of prompt, completion, reference, tokens, fields, got "finish"; it is in the second argument, as "rollout.finish"',
    ],
    ["answer", example, 'example: expected one of prompt, completion, reference, tokens, fields, got "answer"'],
    ["answer", open, 'example: expected one of prompt, completion, tokens, fields, got "answer"'],
    [
      "reference",
      open,
      'example: expected a task with references, got arithmetic without any; leave "reference" out, or ask "reference" in example first',
    ],
    ["sauce", example.fields, 'fields of an example: expected one of the prompt\'s source, inspect, got "sauce"'],
    [
      "source",
      exampleOf(rolloutOf(task, task.train[0]!, "1"), task).fields,
      'fields of an example: expected none, for the prompt has no fields, got "source"',
    ],
  ])("%s", (name, from, message) => {
    const error = ((): unknown => {
      try {
        return read(from, name);
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(error).toBeInstanceOf(TypeError);
    expect(error).toMatchObject({ message, retryable: false });
  });
});

test("a function may ask whether there is a reference", () => {
  const asked = (given: RewardExample): string => ("reference" in given ? given.reference : "none");
  expect([asked(example), asked(open)]).toEqual([prompt.reference, "none"]);
});
