/** A reward for few edits between the completion and the reference. */
import { define } from "../../plugins/definition.ts";
import { editSimilarity } from "../../text-metrics/edit-similarity.ts";
import { checkAnswered } from "../answered.ts";
import type { Reward, RewardContext } from "../reward.ts";

/**
 * 1 less the Levenshtein distance of the completion's text and the prompt's reference over the longer one's length.
 * `RangeError` for a task without references.
 */
export const editSimilarityReward = define({
  type: "edit-similarity",
  summary:
    "1 for the reference itself, 0 where every character would have to change (normalised Levenshtein distance).",
  parameters: {},
  create(_parameters, { task }: Pick<RewardContext, "task">): Reward {
    checkAnswered("edit-similarity", task);
    return {
      name: "edit-similarity",
      range: [0, 1],
      score: ({ prompt, text }) => Promise.resolve({ value: editSimilarity(text, prompt.reference), parts: {} }),
    };
  },
});
