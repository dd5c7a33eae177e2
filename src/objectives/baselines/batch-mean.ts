/** The batch-mean baseline: the whole step, this completion included, says what reward was to be expected. */
import { define } from "../../plugins/definition.ts";
import type { Baseline } from "./baseline.ts";
import { checkGroups } from "./groups.ts";

/**
 * b = mean of all N rewards of the step, of every prompt (as in REINFORCE++, Hu et al., 2025, arXiv 2501.03262). The
 * part of b that is a completion's own reward takes 1/N of the gradient away: the expected gradient is (N - 1)/N of
 * that of the expected reward. A step with a single reward has the advantage zero. Holds no state.
 */
export const batchMean: Baseline<null> = {
  name: "batch-mean",
  initial: null,
  estimate(rewards, group, state) {
    checkGroups("batch-mean", rewards, group);
    const total = rewards.reduce((total, reward) => total + reward, 0);
    return { baselines: new Float32Array(rewards.length).fill(total / Math.max(1, rewards.length)), state };
  },
};

/** `{ "type": "batch-mean" }` */
export const definition = define({
  type: "batch-mean",
  summary:
    "Mean of all rewards of the step, of every prompt: (N - 1)/N of the true gradient, with N completions in the step.",
  parameters: {},
  create: (): Baseline<null> => batchMean,
});
