/** Tasks that this thread has made: a task of many prompts takes a tenth of a second, and each trial asks for one. */
import { tasks, type TaskValues } from "./index.ts";
import type { Task } from "./task.ts";

type TaskContext = Parameters<typeof tasks.create>[1];

/** The last ones, the oldest first. */
const known = new Map<string, Task>();
const mostKnown = 4;

/** Its values and seed decide all of it: it reads no file, and no code of the user's. */
const isDrawn = (values: TaskValues): boolean => !("module" in values) && values.type !== "prompts";

/**
 * The task of these values: the one that was made of equal values before, where no file has a part in it. Errors as of
 * `tasks.create`.
 */
export const knownTask = (values: TaskValues, context: TaskContext): Task => {
  if (!isDrawn(values)) return tasks.create(values, context);
  const { seed, tokenizer } = context;
  const key = JSON.stringify([values, seed, tokenizer]);
  const task = known.get(key) ?? tasks.create(values, context);
  known.delete(key);
  known.set(key, task);
  const [oldest] = known.keys();
  if (known.size > mostKnown && oldest !== undefined) known.delete(oldest);
  return task;
};
