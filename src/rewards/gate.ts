/** A reward that counts only where another one passes. */
import { Type } from "@sinclair/typebox";
import { define } from "../plugins/definition.ts";
import type { Family } from "../plugins/family.ts";
import { checked } from "./checked.ts";
import { namedMember } from "./product.ts";
import type { Reward, RewardContext } from "./reward.ts";
import { defined } from "../optional/defined.ts";

/** How a gate opens. */
export interface GateOptions {
  /** Least value of the condition that opens it. */
  readonly threshold: number;
  /** Its value when it stays shut. */
  readonly otherwise: number;
}

/**
 * value = reward where condition >= threshold, else `otherwise`; parts = `condition`, and `passed` as 1 or 0. The
 * reward is computed only where the gate is open, so that an expensive reward scores only what passed a cheap test. The
 * range is known when the reward's is.
 */
export const gate = (
  condition: Reward,
  reward: Reward,
  { threshold, otherwise }: GateOptions,
  name = "gate",
): Reward => {
  const [tested, counted] = [checked(condition), checked(reward)];
  const { range } = reward;
  return {
    name,
    ...defined({ range: range && ([Math.min(otherwise, range[0]), Math.max(otherwise, range[1])] as const) }),
    async prepare() {
      await Promise.all([tested.prepare?.(), counted.prepare?.()]);
    },
    async close() {
      await Promise.all([tested.close?.(), counted.close?.()]);
    },
    async score(rollout, signal) {
      const { value: seen } = await tested.score(rollout, signal);
      const isOpen = seen >= threshold;
      const value = isOpen ? (await counted.score(rollout, signal)).value : otherwise;
      return { value, parts: { condition: seen, passed: isOpen ? 1 : 0 } };
    },
  };
};

/**
 * `{ "type": "gate", "condition": {...}, "threshold": 0.5, "reward": {...} }`, with the rewards of `family` as both.
 */
export const gateOver = <V extends { type: string; name?: string }>(family: Family<V, RewardContext, Reward>) =>
  define({
    type: "gate",
    summary: "A reward that counts, and is computed, only where another one reaches a threshold.",
    parameters: {
      condition: family.schema,
      threshold: Type.Number({
        default: 0.5,
        description: "Least value of the condition that lets the reward count.",
      }),
      reward: family.schema,
      otherwise: Type.Number({ default: 0, description: "Value where the condition is below the threshold." }),
    },
    create: ({ condition, reward, ...options }, context: RewardContext): Reward =>
      gate(namedMember(family, condition, context), namedMember(family, reward, context), options),
  });
