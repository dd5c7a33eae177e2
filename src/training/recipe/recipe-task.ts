/** The task of a recipe, made by each thread that uses it. */
import { knownTask } from "../../tasks/known-task.ts";
import { bringsTokenizer } from "../../tasks/prompts/task-tokenizer.ts";
import type { Task } from "../../tasks/task.ts";
import type { Recipe } from "./recipe.ts";
import { defined } from "../../optional/defined.ts";

type TaskSource = Pick<Recipe, "task" | "taskSeed" | "folder" | "tokenizer">;

/**
 * Tasks by the values that they were made of, as long as those are in use: tens of thousands of prompts take a second.
 */
const made = new WeakMap<Recipe["task"], TaskSource & { readonly result: Task }>();

/**
 * Makes the task, once for each object of values. Errors are those of the task: of its values, and of the file that it
 * reads.
 */
export const recipeTask = ({ task, taskSeed, folder, tokenizer }: TaskSource): Task => {
  const known = made.get(task);
  if (known?.taskSeed === taskSeed && known.folder === folder && known.tokenizer === tokenizer) return known.result;
  const result = knownTask(task, { seed: taskSeed, folder, ...defined({ tokenizer }) });
  made.set(task, { task, taskSeed, folder, tokenizer, result });
  return result;
};

/**
 * The same with the tokenizer that the task brings, once it is made: threads then read it, and need not train it again.
 * Errors as of `recipeTask`.
 */
export const withOwnTokenizer = <T extends TaskSource>(source: T): T => {
  const { task, taskSeed, folder } = source;
  if (!bringsTokenizer(task)) return source;
  const result = recipeTask(source);
  const tokenizer = result.tokenizer.toJSON();
  made.set(task, { task, taskSeed, folder, tokenizer, result });
  return { ...source, tokenizer };
};
