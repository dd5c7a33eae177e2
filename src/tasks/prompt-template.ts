/** Texts with a prompt's own parts in them, for who may read more than the student does. */
import { promptIds } from "../tokenizers/prompt-ids.ts";
import type { Prompt, Task } from "./task.ts";
import { filled } from "./template.ts";

/**
 * The template with the prompt's parts: `{prompt}` is its text, `{reference}` the task's answer, and any other name
 * that of one of its fields. What these hold is not read as a template. `RangeError` for a name that the prompt does
 * not have.
 */
export const promptText = (template: string, { text, reference, fields = {} }: Prompt): string =>
  filled(template, (name) => {
    if (name === "prompt") return text;
    if (name === "reference") return reference;
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (field !== undefined) return field;
    const known = ["prompt", "reference", ...Object.keys(fields)].join(", ");
    throw new RangeError(
      `context: expected one of ${known} in braces, got {${name}}, which ` +
        `${JSON.stringify(text.slice(0, 40))} does not have`,
    );
  });

const longest = new WeakMap<Task, Map<string, number>>();

/**
 * Most tokens of the template with any training prompt in it. Errors are those of `promptText` and of the tokenizer.
 */
export const longestPromptText = (task: Task, template: string): number => {
  const known = longest.get(task) ?? new Map<string, number>();
  longest.set(task, known);
  const tokens =
    known.get(template) ??
    task.train.reduce(
      (most, prompt) => Math.max(most, promptIds(task.tokenizer, promptText(template, prompt)).length),
      0,
    );
  known.set(template, tokens);
  return tokens;
};
