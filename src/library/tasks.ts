/** Tasks: where prompts come from, and how answers are checked. */
export { tasks } from "../tasks/index.ts";
export type { TaskValues } from "../tasks/index.ts";
export type { Prompt, Task, TaskContext, Verdict } from "../tasks/task.ts";
