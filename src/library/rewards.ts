/** Rewards: how good a completion is, as a number. */
export { rewards } from "../rewards/index.ts";
export type { RewardValues } from "../rewards/index.ts";
export type { RewardFunction, RewardFunctionContext } from "../rewards/module.ts";
export type { Reward, RewardContext, RewardModel, RewardRange, RewardScore } from "../rewards/reward.ts";
export { createRewards, weighted } from "../rewards/weighted.ts";
export type { WeightedReward } from "../rewards/weighted.ts";
export type { ModelReference } from "../rewards/model/reference.ts";
