/** The weighted sum of rewards, which is a reward. */
import { checked, finite } from "./checked.ts";
import { checkDistinctNames } from "./distinct-names.ts";
import { rewards, type RewardValues } from "./index.ts";
import { ownReward } from "./own/own-reward.ts";
import {
  isDefinedReward,
  type DefinedReward,
  type FreeParameters,
  type RewardFunction,
} from "./own/reward-function.ts";
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

/** A reward that is given where it is used, and not by values. */
export interface InlineReward {
  readonly reward: Reward | RewardFunction<never> | DefinedReward;
  /** 1 when left out. */
  readonly weight?: number;
  /** The function's own name when left out, or `inline`. */
  readonly name?: string;
  /** For a function. */
  readonly parameters?: FreeParameters;
}

/** One entry of a list of rewards: values as in an experiment file, or a function, or a reward itself. */
export type RewardEntry = RewardValues | InlineReward | RewardFunction<never> | DefinedReward;

const namePattern = /^[A-Za-z0-9][A-Za-z0-9_.-]*$/u;

const inlineMember = (entry: InlineReward, context: RewardContext): WeightedReward => {
  const { reward: given, weight = 1, name, parameters } = entry;
  if (typeof given !== "function" && !isDefinedReward(given)) return { reward: given, weight, name };
  const own = typeof given === "function" ? given.name : given.score.call.name;
  const called = name ?? (namePattern.test(own) ? own : "inline");
  return { reward: ownReward(given, { name: called, parameters, context }), weight, name: called };
};

const memberOf = (entry: RewardEntry, context: RewardContext): WeightedReward => {
  if (typeof entry === "function" || isDefinedReward(entry)) return inlineMember({ reward: entry }, context);
  return "type" in entry || "module" in entry
    ? { reward: rewards.create(entry, context), weight: entry.weight ?? 1, name: entry.name }
    : inlineMember(entry, context);
};

/**
 * The reward of an experiment file's list, in which functions and rewards may stand inline too. A reward is called by
 * its `name`, else as its type calls it, or the function, and counts once unless it has a `weight`. Throws what the
 * members' creators throw, and as `weighted` does.
 */
export const createRewards = (list: readonly RewardEntry[], context: RewardContext): Reward =>
  weighted(list.map((entry) => memberOf(entry, context)));
