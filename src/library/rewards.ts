/** Rewards: how good a completion is, as a number; and what a reward of one's own is made with. */
export { rewards } from "../rewards/index.ts";
export type { RewardValues } from "../rewards/index.ts";
export { Type } from "@sinclair/typebox";
export { reward } from "../rewards/own/reward-function.ts";
export type {
  DefinedReward,
  FreeParameters,
  ParametersSchema,
  RewardBatchCall,
  RewardBatchFunction,
  RewardCall,
  RewardFunction,
} from "../rewards/own/reward-function.ts";
export type { RewardExample } from "../rewards/own/example.ts";
export type { Reward, RewardContext, RewardModel, RewardRange, RewardScore } from "../rewards/reward.ts";
export { createRewards, weighted } from "../rewards/weighted.ts";
export type { InlineReward, RewardEntry, WeightedReward } from "../rewards/weighted.ts";
export type { ModelReference } from "../rewards/model/reference.ts";
export type { ModuleRewardValues } from "../rewards/index.ts";
