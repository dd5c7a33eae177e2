/** A learned reward: the score of a reward model for prompt and completion. */
import { define } from "../../plugins/definition.ts";
import type { Reward, RewardContext } from "../reward.ts";
import { lazyClassifier } from "./lazy-classifier.ts";
import { modelSchema } from "./reference.ts";

/**
 * The raw score of a sequence classifier with one label, as the objective `bradley-terry` trains them; in nats of
 * log-odds between two completions of a prompt.
 */
export const rewardModel = define({
  type: "reward-model",
  summary:
    "The score of a learned reward model for the completion, as a stage with the objective bradley-terry leaves one.",
  parameters: { model: modelSchema },
  create(values, context: RewardContext): Reward {
    const { prepare, score, close } = lazyClassifier("reward-model", values, context);
    return {
      name: "reward-model",
      prepare,
      close,
      async score(rollout, signal) {
        const { scores, index } = await score(rollout, signal);
        return { value: scores[index]!, parts: {} };
      },
    };
  },
});
