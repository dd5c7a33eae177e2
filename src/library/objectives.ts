/** Objectives: what is minimised, and the divergences and baselines that it is made of. */
export { Type } from "@sinclair/typebox";
export type { Baseline } from "../objectives/baselines/baseline.ts";
export { baselines } from "../objectives/baselines/index.ts";
export type { BaselineValues } from "../objectives/baselines/index.ts";
export type { Divergence } from "../objectives/divergences/divergence.ts";
export { divergences } from "../objectives/divergences/index.ts";
export type { DivergenceValues } from "../objectives/divergences/index.ts";
export { objectives } from "../objectives/index.ts";
export type { ObjectiveValues } from "../objectives/index.ts";
export type {
  DrawnTokens,
  LearnsFrom,
  Objective,
  Signal,
  Signals,
  TokenBatch,
  WeightedTerm,
} from "../objectives/objective.ts";
export type { AdvantageEstimator, Estimate } from "../objectives/advantages/advantage.ts";
export type { Normalization } from "../objectives/advantages/shaped.ts";
export { overBatch } from "../objectives/arithmetic/over-batch.ts";
export type { ClosedForm, Distribution } from "../objectives/arithmetic/distribution.ts";
export type { RatioLevel } from "../objectives/arithmetic/importance.ts";
export type { Scale } from "../objectives/divergences/scale.ts";
export type { Importance } from "../objectives/minillm.ts";
export type { KlEstimator } from "../objectives/sampled-kl.ts";
export type { Controller } from "../objectives/schedules/controller.ts";
export type { Ramp, Schedule } from "../objectives/schedules/schedule.ts";
export { defineDivergence } from "../objectives/divergences/divergence.ts";
export { defineBaseline } from "../objectives/baselines/baseline.ts";
export { defineObjective } from "../objectives/objective.ts";
export { softmaxJacobian } from "../objectives/divergences/softmax-jacobian.ts";
export type { DivergenceLaws } from "../objectives/divergences/divergence.ts";
export type { Plugin } from "../plugins/plugin.ts";
