/** A reward for completions that say nothing but what follows from the prompt. */
import { define } from "../plugins/definition.ts";
import type { Reward, RewardContext } from "./reward.ts";

/**
 * 1 when the task's checker says that all of the completion follows from the prompt, else 0. `RangeError` for a task
 * that cannot tell.
 */
export const entailment = define({
  type: "entailment",
  summary: "1 for a completion that says nothing but what follows from the prompt, else 0; of tasks that can tell.",
  parameters: {},
  create(_parameters, { task }: Pick<RewardContext, "task">): Reward {
    if (task.entails !== true) {
      throw new RangeError(
        `entailment: expected a task that can tell what is entailed, got ${task.name}; take the task ` +
          `"reports", or a classifier as reward`,
      );
    }
    return {
      name: "entailment",
      range: [0, 1],
      score: ({ prompt, text }) =>
        Promise.resolve({ value: task.check(prompt, text).entailed === true ? 1 : 0, parts: {} }),
    };
  },
});
