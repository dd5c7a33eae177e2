/** A reward for short completions. */
import { Type } from "@sinclair/typebox";
import { define } from "../plugins/definition.ts";
import type { Reward } from "./reward.ts";

/**
 * With L tokens in the completion, end-of-sequence included: min(1, max(0, (limit - L) / (limit - target))). So 1 up to
 * `target` tokens, 0 from `limit` tokens on, and a straight line between. `RangeError` unless target < limit.
 */
export const brevity = define({
  type: "brevity",
  summary: "1 for completions of at most target tokens, falling linearly to 0 at limit tokens.",
  parameters: {
    target: Type.Integer({
      minimum: 1,
      description: "Tokens up to which the reward is 1, end-of-sequence included.",
    }),
    limit: Type.Integer({ minimum: 2, description: "Tokens from which the reward is 0." }),
  },
  create({ target, limit }): Reward {
    if (target >= limit)
      throw new RangeError(`brevity: expected target < limit, got target ${target} and limit ${limit} tokens`);
    return {
      name: "brevity",
      range: [0, 1],
      score: ({ tokens }) =>
        Promise.resolve({ value: Math.min(1, Math.max(0, (limit - tokens.length) / (limit - target))), parts: {} }),
    };
  },
});
