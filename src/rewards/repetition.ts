/** A measure of how much a completion repeats itself. */
import { Type } from "@sinclair/typebox";
import { define } from "../plugins/definition.ts";
import type { Rollout } from "../rollouts/batches/rollout.ts";
import { countNgrams, ngramsIn } from "../text-metrics/ngrams.ts";
import { wordsOf } from "../text-metrics/words.ts";
import type { Reward } from "./reward.ts";

const items = {
  words: ({ text }: Rollout) => wordsOf(text.toLowerCase()),
  tokens: ({ tokens }: Rollout) => Array.from(tokens, String),
};

/**
 * 1 - different n-grams / all n-grams (Welleck et al., 2020, arXiv 1908.04319: seq-rep-n); 0 for a completion that is
 * too short to have one.
 */
export const repetition = define({
  type: "repetition",
  summary: "Share of n-grams that the completion has had before, 0 to 1: a penalty with a weight below 0.",
  parameters: {
    order: Type.Integer({ default: 4, minimum: 1, maximum: 64, description: "n: words or tokens of an n-gram." }),
    unit: Type.Union([Type.Literal("words"), Type.Literal("tokens")], {
      default: "words",
      description: "Words are between whitespace, in lower case.",
    }),
  },
  create: ({ order, unit }): Reward => ({
    name: "repetition",
    range: [0, 1],
    score(rollout) {
      const sequence = items[unit](rollout);
      const all = ngramsIn(sequence.length, order);
      return Promise.resolve({ value: all === 0 ? 0 : 1 - countNgrams(sequence, order).size / all, parts: {} });
    },
  }),
});
