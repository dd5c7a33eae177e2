/** A reward for the right final answer, whatever comes before it. */
import { Type } from "@sinclair/typebox";
import { define } from "../plugins/definition.ts";
import { checkAnswered } from "./answered.ts";
import type { Reward, RewardContext } from "./reward.ts";

/** `correct` when the task's checker says that the final answer is right, else `incorrect`. */
export const exactMatch = define({
  type: "exact-match",
  summary: "One value for a right final answer and another for a wrong one.",
  parameters: {
    correct: Type.Number({ default: 1, description: "Reward of a right answer." }),
    incorrect: Type.Number({ default: 0, description: "Reward of a wrong or missing answer." }),
  },
  create({ correct, incorrect }, { task }: Pick<RewardContext, "task">): Reward {
    checkAnswered("exact-match", task);
    return {
      name: "exact-match",
      range: [Math.min(correct, incorrect), Math.max(correct, incorrect)],
      score: ({ prompt, text }) =>
        Promise.resolve({ value: task.check(prompt, text).correct ? correct : incorrect, parts: {} }),
    };
  },
});
