/** Objectives: what is minimised, and the divergences and baselines that it is made of. */
export type { Baseline } from "../objectives/baselines/baseline.ts";
export { baselines } from "../objectives/baselines/index.ts";
export type { BaselineValues } from "../objectives/baselines/index.ts";
export type { Divergence } from "../objectives/divergences/divergence.ts";
export { divergences } from "../objectives/divergences/index.ts";
export type { DivergenceValues } from "../objectives/divergences/index.ts";
export { objectives } from "../objectives/index.ts";
export type { ObjectiveValues } from "../objectives/index.ts";
export type { Objective, Signals, TokenBatch } from "../objectives/objective.ts";
