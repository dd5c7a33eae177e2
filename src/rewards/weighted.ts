/** The weighted sum of rewards, which is a reward. */
import { checked, finite } from "./checked.ts";
import { checkDistinctNames } from "./distinct-names.ts";
import { rewards, type RewardValues } from "./index.ts";
import type { Reward, RewardContext, RewardRange, RewardScore } from "./reward.ts";

/** One reward of a sum. */
export interface WeightedReward {
  readonly reward: Reward;
  /** Any finite number: below 0 for a penalty, 0 to measure without any effect on training. */
  readonly weight: number;
  /** Its name in metrics; the reward's own when left out. */
  readonly name?: string | undefined;
}

/** Its value by its name, and its own parts as `<name>/<part>`. */
const partsOf = ({ name, value, parts }: RewardScore & { readonly name: string }): (readonly [string, number])[] => [
  [name, value],
  ...Object.entries(parts).map(([part, inner]) => [`${name}/${part}`, inner] as const),
];

/**
 * value = sum over i of weight_i * r_i; parts = each r_i by name, without its weight, and its parts as `<name>/<part>`.
 * All are computed at the same time; the sum is taken in the order given, and every value is checked. `RangeError` for
 * no rewards, a weight that is not finite, or two rewards of one name.
 */
export const weighted = (members: readonly WeightedReward[], name = "total"): Reward => {
  if (members.length === 0) throw new RangeError(`reward ${name}: expected at least one reward, got none`);
  const all = members.map((member) => ({ reward: checked(member.reward, member.name), weight: member.weight }));
  for (const { reward, weight } of all) {
    if (!Number.isFinite(weight))
      throw new RangeError(`reward ${reward.name}: expected a finite weight, got ${weight}`);
  }
  checkDistinctNames(all.map(({ reward }) => reward));
  return {
    name,
    async prepare() {
      await Promise.all(all.map(async ({ reward }) => reward.prepare?.()));
    },
    async close() {
      await Promise.all(all.map(async ({ reward }) => reward.close?.()));
    },
    async score(rollout, signal): Promise<RewardScore> {
      const scores = await Promise.all(
        all.map(async ({ reward, weight }) => ({
          name: reward.name,
          weight,
          ...(await reward.score(rollout, signal)),
        })),
      );
      return finite(name, rollout, {
        value: scores.reduce((sum, { weight, value }) => sum + weight * value, 0),
        parts: Object.fromEntries(scores.flatMap(partsOf)),
      });
    },
  };
};

/** The ranges that a list's rewards state, by the names that they have in metrics. */
export const rangesOf = (
  list: readonly RewardValues[],
  context: RewardContext,
): Readonly<Record<string, RewardRange>> =>
  Object.fromEntries(
    list.flatMap((values) => {
      const { name, range } = rewards.create(values, context);
      return range === undefined ? [] : [[values.name ?? name, range]];
    }),
  );

/**
 * The reward of an experiment file's list. A reward is called by its `name`, else as its type calls it, and counts once
 * unless it has a `weight`. Throws what the members' creators throw, and as `weighted` does.
 */
export const createRewards = (list: readonly RewardValues[], context: RewardContext): Reward =>
  weighted(
    list.map((values) => ({ reward: rewards.create(values, context), weight: values.weight ?? 1, name: values.name })),
  );
