/** The task of a recipe, made by each thread that uses it. */
import { tasks } from "../tasks/index.ts";
import type { Task } from "../tasks/task.ts";
import type { Recipe } from "./recipe.ts";

/** Makes the task. Errors are those of the task: of its values, and of the file that it reads. */
export const recipeTask = ({ task, taskSeed, folder, tokenizer }: Pick<Recipe, "task" | "taskSeed" | "folder" | "tokenizer">): Task =>
  tasks.create(task, { seed: taskSeed, folder, ...(tokenizer === undefined ? {} : { tokenizer }) });
