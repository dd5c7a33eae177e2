/** A reward for n-grams of the reference: BLEU. */
import { define } from "../../plugins/definition.ts";
import { sentenceBleu } from "../../text-metrics/bleu.ts";
import { checkAnswered } from "../answered.ts";
import type { Reward, RewardContext } from "../reward.ts";

/**
 * A hundredth of sacrebleu's sentence BLEU of the completion's text against the prompt's reference: 0 to 1.
 * `RangeError` for a task without references.
 */
export const bleu = define({
  type: "bleu",
  summary:
    "Sentence BLEU of the completion against the reference, 0 to 1, as sacrebleu (13a, exponential " +
    "smoothing, effective order).",
  parameters: {},
  create(_parameters, { task }: Pick<RewardContext, "task">): Reward {
    checkAnswered("bleu", task);
    return {
      name: "bleu",
      range: [0, 1],
      score: ({ prompt, text }) =>
        Promise.resolve({ value: sentenceBleu({ candidate: text, references: [prompt.reference] }) / 100, parts: {} }),
    };
  },
});
