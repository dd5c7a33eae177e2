/** The leave-one-out baseline (RLOO): the other completions of the same prompt say what reward was to be expected. */
import { define } from "../../plugins/definition.ts";
import type { Baseline } from "./baseline.ts";
import { checkGroups } from "./groups.ts";

/**
 * b_i = mean of r_j over the others j != i of the group (Kool et al., 2019; Ahmadian et al., 2024). Unbiased (with sums
 * over tokens, see `reinforce`), because b_i does not depend on completion i. Holds no state. `RangeError` for a group
 * of one, which has no others.
 */
export const leaveOneOut: Baseline<null> = {
  name: "leave-one-out",
  initial: null,
  estimate(rewards, group, state) {
    checkGroups("leave-one-out", rewards, group);
    if (group < 2) {
      throw new RangeError(
        "leave-one-out: expected at least 2 completions of each prompt, got groups of 1; sample more, " +
          'such as 4, or use "moving-average"',
      );
    }
    const baselines = new Float32Array(rewards.length);
    for (let start = 0; start < rewards.length; start += group) {
      const total = rewards.subarray(start, start + group).reduce((total, reward) => total + reward, 0);
      for (let i = start; i < start + group; i += 1) baselines[i] = (total - rewards[i]!) / (group - 1);
    }
    return { baselines, state };
  },
};

/** `{ "type": "leave-one-out" }` */
export const definition = define({
  type: "leave-one-out",
  summary: "Mean reward of the other completions of the same prompt (RLOO); needs groups of at least 2.",
  parameters: {},
  create: (): Baseline<null> => leaveOneOut,
});
