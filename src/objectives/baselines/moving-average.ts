/** The moving-average baseline: earlier batches say what reward was to be expected. */
import { Type } from "@sinclair/typebox";
import { define } from "../../plugins/definition.ts";
import type { Baseline } from "./baseline.ts";
import { checkGroups } from "./groups.ts";

/** An exponential average that starts at zero, and how many batches are in it. */
export interface MovingAverageState {
  readonly value: number;
  readonly count: number;
}

/**
 * v <- decay v + (1 - decay) mean(r), b = v / (1 - decay^count): the bias-corrected average of the batches before this
 * one; 0 before the first. Unbiased (with sums over tokens, see `reinforce`), because this batch's rewards enter only
 * afterwards. A batch without rewards changes nothing. `RangeError` when decay is not in [0, 1).
 */
export const movingAverage = (decay = 0.9): Baseline<MovingAverageState> => {
  if (!(decay >= 0 && decay < 1)) throw new RangeError(`moving-average: expected a decay in [0, 1), got ${decay}`);
  return {
    name: `moving-average ${decay}`,
    initial: { value: 0, count: 0 },
    estimate(rewards, group, state) {
      checkGroups("moving-average", rewards, group);
      const { value, count } = state;
      const baselines = new Float32Array(rewards.length).fill(count === 0 ? 0 : value / (1 - decay ** count));
      if (rewards.length === 0) return { baselines, state };
      const mean = rewards.reduce((total, reward) => total + reward, 0) / rewards.length;
      return { baselines, state: { value: decay * value + (1 - decay) * mean, count: count + 1 } };
    },
  };
};

/** `{ "type": "moving-average", "decay": 0.9 }` */
export const definition = define({
  type: "moving-average",
  summary: "Exponential average of the mean rewards of earlier batches, corrected for its start at zero.",
  parameters: {
    decay: Type.Number({
      default: 0.9,
      minimum: 0,
      exclusiveMaximum: 1,
      description: "Weight of the past at each batch.",
    }),
  },
  create: ({ decay }): Baseline<MovingAverageState> => movingAverage(decay),
});
