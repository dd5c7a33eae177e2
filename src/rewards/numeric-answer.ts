/** A reward for a final answer that is a number close to the reference's. */
import { Type } from "@sinclair/typebox";
import { define } from "../plugins/definition.ts";
import { finalNumber } from "./math/number.ts";
import type { Reward, RewardContext } from "./reward.ts";

/**
 * `correct` when |answer - reference| <= max(absolute, relative |reference|), else `incorrect`. The answer is the last
 * number of what the text says its final answer is (`math/extract.ts`). `RangeError` for a task without references;
 * `score` rejects where a reference has no number.
 */
export const numericAnswer = define({
  type: "numeric-answer",
  summary: "One value for a final number within a tolerance of the reference's, and another for any other.",
  parameters: {
    correct: Type.Number({ default: 1, description: "Reward of a right number." }),
    incorrect: Type.Number({ default: 0, description: "Reward of a wrong or missing number." }),
    absolute: Type.Number({ default: 1e-9, minimum: 0, description: "Greatest difference." }),
    relative: Type.Number({
      default: 1e-9,
      minimum: 0,
      description: "Greatest difference as a share of the reference.",
    }),
  },
  create({ correct, incorrect, absolute, relative }, { task }: Pick<RewardContext, "task">): Reward {
    if (task.answered === false)
      throw new RangeError(`numeric-answer: expected a task with references, got ${task.name} without any`);
    return {
      name: "numeric-answer",
      range: [Math.min(correct, incorrect), Math.max(correct, incorrect)],
      score({ prompt: { reference }, text }) {
        const right = finalNumber(reference);
        if (right === undefined) {
          return Promise.reject(
            new RangeError(
              `numeric-answer: expected a number in the reference, got ${JSON.stringify(reference.slice(-60))}`,
            ),
          );
        }
        const given = finalNumber(text);
        const close = given !== undefined && Math.abs(given - right) <= Math.max(absolute, relative * Math.abs(right));
        return Promise.resolve({ value: close ? correct : incorrect, parts: {} });
      },
    };
  },
});
