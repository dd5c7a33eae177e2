/** Tasks: where prompts come from, and how answers are checked. */
export { Type } from "@sinclair/typebox";
export { tasks } from "../tasks/index.ts";
export type { TaskValues } from "../tasks/index.ts";
export type { Prompt, Task, TaskContext, Verdict } from "../tasks/task.ts";
export { taskOf } from "../tasks/task-of.ts";
export type { Line, TaskParts } from "../tasks/task-of.ts";
export { defineTask } from "../tasks/task.ts";
