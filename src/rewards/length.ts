/** A reward for completions of a given length. */
import { Type } from "@sinclair/typebox";
import { define } from "../plugins/definition.ts";
import { wordsOf } from "../text-metrics/words.ts";
import type { Rollout } from "../rollouts/batches/rollout.ts";
import type { Reward } from "./reward.ts";

const lengths = {
  tokens: ({ tokens }: Rollout) => tokens.length,
  words: ({ text }: Rollout) => wordsOf(text).length,
  characters: ({ text }: Rollout) => Array.from(text).length,
};

/**
 * With length L: max(0, 1 - |L - target| / tolerance). Tokens count the end-of-sequence, words are between
 * whitespace, characters are code points.
 */
export const length = define({
  type: "length",
  summary: "1 for completions of target length, falling linearly to 0 where they are tolerance longer or shorter.",
  parameters: {
    target: Type.Integer({ minimum: 0, description: "Length with the reward 1." }),
    tolerance: Type.Number({ exclusiveMinimum: 0, description: "Distance from it at which the reward is 0." }),
    unit: Type.Union([Type.Literal("tokens"), Type.Literal("words"), Type.Literal("characters")], {
      default: "tokens",
      description: "What is counted; tokens with the end-of-sequence.",
    }),
  },
  create: ({ target, tolerance, unit }): Reward => ({
    name: "length",
    range: [0, 1],
    score: (rollout) =>
      Promise.resolve({ value: Math.max(0, 1 - Math.abs(lengths[unit](rollout) - target) / tolerance), parts: {} }),
  }),
});
