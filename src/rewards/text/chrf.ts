/** A reward for characters of the reference: chrF. */
import { Type } from "@sinclair/typebox";
import { define } from "../../plugins/definition.ts";
import { sentenceChrf } from "../../text-metrics/chrf.ts";
import { checkAnswered } from "../answered.ts";
import type { Reward, RewardContext } from "../reward.ts";

/**
 * A hundredth of sacrebleu's chrF of the completion's text against the prompt's reference: 0 to 1. `RangeError` for a
 * task without references.
 */
export const chrf = define({
  type: "chrf",
  summary: "chrF of the completion against the reference, 0 to 1, as sacrebleu.",
  parameters: {
    wordOrder: Type.Integer({
      default: 0,
      minimum: 0,
      maximum: 4,
      description: "Most words of an n-gram beside those of characters: 0 is chrF, 2 is chrF++.",
    }),
  },
  create({ wordOrder }, { task }: Pick<RewardContext, "task">): Reward {
    checkAnswered("chrf", task);
    return {
      name: "chrf",
      range: [0, 1],
      score: ({ prompt, text }) =>
        Promise.resolve({
          value: sentenceChrf({ candidate: text, references: [prompt.reference] }, { wordOrder }) / 100,
          parts: {},
        }),
    };
  },
});
