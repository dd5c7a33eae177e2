/**
 * The group-mean baseline (GRPO): all completions of the same prompt, this one included, say what reward was to be
 * expected.
 */
import { define } from "../../plugins/definition.ts";
import type { Baseline } from "./baseline.ts";
import { checkGroups } from "./groups.ts";

/**
 * b_i = mean of r_j over the group of G, i included (Shao et al., 2024, arXiv 2402.03300). The part of b_i that is r_i
 * itself takes 1/G of the gradient away: the expected gradient is (G - 1)/G of that of the expected reward, and r_i -
 * b_i is (G - 1)/G of the leave-one-out advantage. Holds no state. `RangeError` for a group of one, whose advantage
 * would always be zero.
 */
export const groupMean: Baseline<null> = {
  name: "group-mean",
  initial: null,
  estimate(rewards, group, state) {
    checkGroups("group-mean", rewards, group);
    if (group < 2) {
      throw new RangeError(
        "group-mean: expected at least 2 completions of each prompt, got groups of 1, whose advantages are " +
          'all zero; sample more, such as 4, or use "moving-average"',
      );
    }
    const baselines = new Float32Array(rewards.length);
    for (let start = 0; start < rewards.length; start += group) {
      const total = rewards.subarray(start, start + group).reduce((total, reward) => total + reward, 0);
      baselines.fill(total / group, start, start + group);
    }
    return { baselines, state };
  },
};

/** `{ "type": "group-mean" }` */
export const definition = define({
  type: "group-mean",
  summary:
    "Mean reward of all completions of the same prompt (GRPO): (G - 1)/G of the leave-one-out gradient; " +
    "needs groups of at least 2.",
  parameters: {},
  create: (): Baseline<null> => groupMean,
});
