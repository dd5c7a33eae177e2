/** Rewards outside of the range that they declare: the scale of a reward has changed, or the reward is broken. */
import type { RewardRange } from "../../rewards/reward.ts";
import type { Check } from "./check.ts";

/** Every part of a reward whose range is known is in it; `ranges` by the reward's name. */
export const rewardRange = (ranges: Readonly<Record<string, RewardRange>>, patience: number): Check => ({
  name: "rewardRange",
  patience,
  remedy: "check what the reward says of these completions (rollouts.jsonl), or state its true range",
  inspect({ logged }) {
    const outside = logged.flatMap(({ parts = {} }) =>
      Object.entries(parts).flatMap(([name, value]) => {
        const range = ranges[name];
        if (range === undefined || (value >= range[0] && value <= range[1])) return [];
        return [`reward ${name} is ${value}, outside of [${range[0]}, ${range[1]}]`];
      }),
    );
    if (outside.length === 0) return undefined;
    return {
      count: outside.length,
      seen: outside[0]! + (outside.length === 1 ? "" : `, and ${outside.length - 1} more are outside`),
    };
  },
});
