/** The product of rewards, which is a reward: all of them must be good. */
import { Type } from "@sinclair/typebox";
import { define } from "../plugins/definition.ts";
import type { Family } from "../plugins/family.ts";
import { checked } from "./checked.ts";
import { checkDistinctNames } from "./distinct-names.ts";
import type { Reward, RewardContext, RewardRange } from "./reward.ts";

/** Least and greatest product of a value of each range. */
const productOf = (one: RewardRange, other: RewardRange): RewardRange => {
  const corners = one.flatMap((a) => other.map((b) => a * b));
  return [Math.min(...corners), Math.max(...corners)];
};

/**
 * value = product of r_i; parts = each r_i by name. All are computed at the same time, and multiplied in the order
 * given. The range is known when those of all members are. `RangeError` for fewer than two members, and for two of one
 * name.
 */
export const product = (members: readonly Reward[], name = "product"): Reward => {
  if (members.length < 2) throw new RangeError(`product: expected at least two rewards, got ${members.length}`);
  checkDistinctNames(members);
  const all = members.map((member) => checked(member));
  const ranges = members.flatMap(({ range }) => (range === undefined ? [] : [range]));
  return {
    name,
    ...(ranges.length < members.length ? {} : { range: ranges.reduce(productOf) }),
    async prepare() {
      await Promise.all(all.map(async (reward) => reward.prepare?.()));
    },
    async close() {
      await Promise.all(all.map(async (reward) => reward.close?.()));
    },
    async score(rollout, signal) {
      const scores = await Promise.all(
        all.map(async (reward) => [reward.name, (await reward.score(rollout, signal)).value] as const),
      );
      return { value: scores.reduce((result, [, value]) => result * value, 1), parts: Object.fromEntries(scores) };
    },
  };
};

/** A member of the family with the name that it has among other members. */
export const namedMember = <V extends { type: string; name?: string }>(
  family: Family<V, RewardContext, Reward>,
  values: V,
  context: RewardContext,
): Reward => {
  const reward = family.create(values, context);
  return { ...reward, name: values.name ?? reward.name };
};

/** `{ "type": "product", "rewards": [...] }`, with the rewards of `family` as members. */
export const productOver = <V extends { type: string; name?: string }>(family: Family<V, RewardContext, Reward>) =>
  define({
    type: "product",
    summary: "The product of rewards: 0 as soon as one of them is 0.",
    parameters: {
      rewards: Type.Array(family.schema, { minItems: 2, maxItems: 32, description: "Multiplied, without weights." }),
    },
    create: ({ rewards }, context: RewardContext): Reward =>
      product(rewards.map((values) => namedMember(family, values, context))),
  });
