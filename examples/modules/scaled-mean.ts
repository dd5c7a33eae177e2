/** A baseline of one's own: a share of the step's mean reward. It holds no state. */
import { defineBaseline, Type } from "retort-rl/objectives";

export default defineBaseline({
  summary: "A share of the mean reward of the step.",
  parameters: { share: Type.Number({ default: 1, description: "Factor of the mean." }) },
  create: ({ share }) => ({
    name: "scaled-mean",
    initial: null,
    estimate(rewards, _group, state) {
      const mean = rewards.reduce((sum, reward) => sum + reward, 0) / rewards.length;
      return { baselines: new Float32Array(rewards.length).fill(share * mean), state };
    },
  }),
});
