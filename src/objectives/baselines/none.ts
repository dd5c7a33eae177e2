/** No baseline: the advantage is the reward. */
import { define } from "../../plugins/definition.ts";
import type { Baseline } from "./baseline.ts";
import { checkGroups } from "./groups.ts";

/** Baselines of zero: plain REINFORCE (Williams, 1992). Unbiased, and of the highest variance. Holds no state. */
export const noBaseline: Baseline<null> = {
  name: "none",
  initial: null,
  estimate(rewards, group, state) {
    checkGroups("none", rewards, group);
    return { baselines: new Float32Array(rewards.length), state };
  },
};

/** `{ "type": "none" }` */
export const definition = define({
  type: "none",
  summary: "No baseline: the advantage is the reward itself.",
  parameters: {},
  create: (): Baseline<null> => noBaseline,
});
