/** A reward for a final answer that means the same as the reference's. */
import { Type } from "@sinclair/typebox";
import { define } from "../plugins/definition.ts";
import { mathChecker, type CheckMath } from "./math/checker.ts";
import type { Reward, RewardContext } from "./reward.ts";

/**
 * `correct` when the completion's final answer and the reference's have the same value, else `incorrect`: numbers,
 * expressions, tuples, sets, intervals, matrices, equations and inequalities in LaTeX or plain signs, or else the same
 * text. Where the final answer is found says `math/extract.ts`. Expressions are equal when they are at several
 * points of their variables: exactly where their values are fractions, else to 12 digits. `decimals` is for a decimal
 * of so many places or more alone, which may be a rounded one. `RangeError` for a task without references.
 */
export const mathAnswer = define({
  type: "math-answer",
  summary: "One value for a final answer that is mathematically the reference's, and another for a wrong one.",
  parameters: {
    correct: Type.Number({ default: 1, description: "Reward of a right answer." }),
    incorrect: Type.Number({ default: 0, description: "Reward of a wrong or missing answer." }),
    decimals: Type.Integer({
      default: 6,
      minimum: 0,
      maximum: 12,
      description: "Places after the point to which a decimal must agree, such as 0.333333 with 1/3.",
    }),
  },
  create({ correct, incorrect, decimals }, { task }: Pick<RewardContext, "task">): Reward {
    if (task.answered === false)
      throw new RangeError(`math-answer: expected a task with references, got ${task.name} without any`);
    let loading: Promise<CheckMath> | undefined;
    const loaded = (): Promise<CheckMath> => (loading ??= mathChecker(decimals));
    return {
      name: "math-answer",
      range: [Math.min(correct, incorrect), Math.max(correct, incorrect)],
      async prepare() {
        await loaded();
      },
      async score({ prompt, text }) {
        const check = await loaded();
        return { value: check(prompt.reference, text) ? correct : incorrect, parts: {} };
      },
    };
  },
});
