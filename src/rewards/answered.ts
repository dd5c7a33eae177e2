/** Rewards that compare with a reference need a task that has some. */
import type { Task } from "../tasks/task.ts";

/** `RangeError` in the reward's name for a task without references. */
export const checkAnswered = (reward: string, task: Pick<Task, "answered" | "name">): void => {
  if (task.answered === false)
    throw new RangeError(`${reward}: expected a task with references, got ${task.name} without any`);
};
