/** Experiments: files that are checked, planned, explained and run, with their stages. */
export { execute } from "../experiments/execute.ts";
export type { ExecutionOptions } from "../experiments/execute.ts";
export { explainExperiment } from "../experiments/explain.ts";
export type { ExplainedRun, ExplainedTraining } from "../experiments/explain.ts";
export { fileSchema } from "../experiments/file-schema.ts";
export { HeldError } from "../experiments/held-error.ts";
export type { Json, JsonObject } from "../experiments/json.ts";
export { keptStages, staleness } from "../experiments/kept-stages.ts";
export type { KeptStage } from "../experiments/kept-stages.ts";
export type { PlannedRun, PlannedTraining } from "../experiments/plan.ts";
export { prepareExperiment } from "../experiments/prepare.ts";
export { ExperimentError, formatProblem } from "../experiments/problem.ts";
export type { Place, Problem } from "../experiments/problem.ts";
export type { RunEvent, TrainingName } from "../experiments/run-event.ts";
export { readTrace } from "../experiments/trace-file.ts";
