/** Evaluation: measures of what a student says, and claims that trials replicate or do not. */
export { Type } from "@sinclair/typebox";
export { claims } from "../evaluation/claims/index.ts";
export type { ClaimValues } from "../evaluation/claims/index.ts";
export type { Metrics, Trial } from "../evaluation/claims/trial.ts";
export type { Claim, Finding, Outcome, Verdict } from "../evaluation/claims/verdict.ts";
export { measures } from "../evaluation/measures/index.ts";
export type { MeasureValues } from "../evaluation/measures/index.ts";
export type { EvaluatedCompletion, EvaluatedGroup, Measure } from "../evaluation/measures/measure.ts";
export type { Interval } from "../evaluation/statistics/interval.ts";
export { defineMeasure } from "../evaluation/measures/measure.ts";
