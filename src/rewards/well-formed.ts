/** A reward for the form that the task asks for, right or wrong. */
import { define } from "../plugins/definition.ts";
import type { Reward, RewardContext } from "./reward.ts";

/** 1 when the completion ended by itself and the task's checker finds it well-formed, else 0. */
export const wellFormed = define({
  type: "well-formed",
  summary: "1 for a finished completion of the form that the task asks for, else 0.",
  parameters: {},
  create: (_parameters, { task }: Pick<RewardContext, "task">): Reward => ({
    name: "well-formed",
    range: [0, 1],
    score: ({ prompt, text, finish }) =>
      Promise.resolve({ value: finish === "stop" && task.check(prompt, text).wellFormed ? 1 : 0, parts: {} }),
  }),
});
