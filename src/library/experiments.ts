/** Experiments: files that are checked, planned, explained and run, with their stages. */
export { execute } from "../experiments/running/execute.ts";
export type { ExecutionOptions } from "../experiments/running/execute.ts";
export { explainExperiment } from "../experiments/explaining/explain.ts";
export type { ExplainedRun, ExplainedTraining } from "../experiments/explaining/explain.ts";
export { fileSchema } from "../experiments/schema/file-schema.ts";
export { LockedError as HeldError } from "../runs/folder/locked-error.ts";
export type { Json, JsonObject } from "../files/json.ts";
export { storedStages as keptStages, staleness } from "../experiments/stage-store/stored-stages.ts";
export type { StoredStage as KeptStage } from "../experiments/stage-store/stored-stages.ts";
export type { PlannedRun, PlannedTraining } from "../experiments/planning/planned.ts";
export { prepareExperiment } from "../experiments/planning/prepare-experiment.ts";
export { ExperimentError, formatProblem } from "../experiments/file/problem.ts";
export type { Location as Place, Problem } from "../experiments/file/problem.ts";
export type { RunEvent, TrainingName } from "../experiments/running/run-event.ts";
export { readTrace } from "../runs/folder/trace-file.ts";
