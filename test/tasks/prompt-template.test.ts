/** Tests of texts with a prompt's own parts in them. */
import { describe, expect, test } from "vitest";
import { longestPromptText, promptText } from "../../src/tasks/prompt-template.ts";
import type { Prompt } from "../../src/tasks/task.ts";
import { smallTask } from "../fixtures/recipes.ts";

const [smallPrompt] = smallTask().train as [Prompt];

const prompt: Prompt = { index: 0, text: "3+4=", reference: "3+4=7#7", fields: { hint: "{prompt}", "more-of_it2": "yes" } };

describe("a template", () => {
  test("has the prompt's text, its reference and its fields, which are not read as templates", () => {
    expect(promptText("{hint}|{reference}|{prompt}|{more-of_it2}{prompt}", prompt)).toBe("{prompt}|3+4=7#7|3+4=|yes3+4=");
  });

  test("may have braces that name nothing", () => {
    expect(promptText('{"a": {1}} { prompt } {}', prompt)).toBe('{"a": {1}} { prompt } {}');
  });

  test.each(["answer", "constructor"])("is refused where it names {%s}, which the prompt does not have", (name) => {
    expect(() => promptText(`{${name}}`, prompt)).toThrow(
      `context: expected one of prompt, reference, hint, more-of_it2 in braces, got {${name}}, which "3+4=" does not have`,
    );
    expect(() => promptText(`{${name}}`, prompt)).toThrow(RangeError);
  });
});

test("the longest text is that of some training prompt", () => {
  const task = smallTask();
  const lengths = task.train.map(({ text, reference }) => text.length + reference.length);
  expect(longestPromptText(task, "{reference}{prompt}")).toBe(Math.max(...lengths));
  expect(longestPromptText(task, "{prompt}")).toBe(task.longest.prompt);
  expect(longestPromptText(task, "{reference}{prompt}")).toBe(Math.max(...lengths));
  expect(() => longestPromptText(task, "{hint}")).toThrow("context: expected one of prompt, reference in braces, got {hint}");
});

test("of any number of prompts", () => {
  const task = { ...smallTask(), train: Array.from({ length: 200_000 }, () => smallPrompt) };
  expect(longestPromptText(task, "{prompt}")).toBe(smallPrompt.text.length);
});
