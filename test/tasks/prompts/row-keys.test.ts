/** Tests of what errors say of rows without a prompt. */
import { expect, test } from "vitest";
import { likelyTemplates, missingPrompt, templateHint } from "../../../src/tasks/prompts/row-keys.ts";

test.each<[readonly string[], string]>([
  [["question", "answer"], 'add "prompt": "{question}", "reference": "{answer}" to the task'],
  [["output", "input", "instruction"], 'add "prompt": "{instruction}", "reference": "{output}" to the task'],
  [["label", "Text"], 'add "prompt": "{Text}", "reference": "{label}" to the task'],
  [["foo", "bar"], 'add "prompt": "{foo}", "reference": "{bar}" to the task'],
  [["answer", "bar"], 'add "prompt": "{bar}", "reference": "{answer}" to the task'],
  [["reference", "task"], 'add "prompt": "{task}" to the task'],
  [["text"], 'add "prompt": "{text}" to the task'],
  [["1", "a b", "{x}"], 'say what a "prompt" is made of'],
  [[], 'say what a "prompt" is made of'],
])("rows of %j", (keys, hint) => {
  expect(templateHint(keys)).toBe(hint);
});

test("keys are named, and not more than a line has room for", () => {
  expect(missingPrompt(["q"])).toBe('expected "prompt" or "messages", got "q"; add "prompt": "{q}" to the task');
  expect(missingPrompt([])).toContain("got no keys; say what");
  const many = missingPrompt(Array.from({ length: 99 }, (_, i) => `${"k".repeat(99)}${i}`));
  expect(many).toContain(", ...; ");
  expect(many.length).toBeLessThan(2000);
});

test("what has a usual name is told from what is only there", () => {
  expect(likelyTemplates(["id", "Question", "response"])).toEqual({
    prompt: "{Question}",
    isNamedPrompt: true,
    reference: "{response}",
    isNamedReference: true,
  });
  expect(likelyTemplates(["id", "x"])).toMatchObject({ prompt: "{id}", isNamedPrompt: false, reference: "{x}", isNamedReference: false });
  expect(likelyTemplates(["prompt", "reference"])).toMatchObject({ prompt: "{prompt}", reference: undefined });
});
