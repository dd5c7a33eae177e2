/** Training: one recipe, run to its end as a stream of reports. */
export { recipeOf } from "../experiments/running/recipe-of-values.ts";
export type { RecipeValues } from "../experiments/schema/experiment-file.ts";
export type { RecipeOptions } from "../experiments/running/recipe-of-values.ts";
export { CheckError } from "../training/checks/watch.ts";
export type { Machine, Model, Recipe } from "../training/recipe/recipe.ts";
export type {
  CheckpointDamaged,
  CheckpointWritten,
  Evaluated,
  Finished,
  LikelyToken,
  LoggedRollout,
  Paused,
  ProgressReport,
  Resumed,
  RolloutsScored,
  StepDone,
  StepReport,
  StepTimed,
  Warned,
} from "../training/recipe/step-report.ts";
export { train } from "../training/train.ts";
export type { TrainOptions } from "../training/train.ts";
export { collate } from "../training/batch/collate.ts";
export type { Batch, BatchShape, BatchSignal, StepSignals } from "../training/batch/collate.ts";
export type { InspectedTokens } from "../training/batch/token-log.ts";
export type { Answers, Row } from "../training/batch/row.ts";
export { Learner } from "../training/learner/learner.ts";
export { initialState } from "../training/learner/learner-state.ts";
export type { Inspected } from "../training/learner/inspected.ts";
export type { Learned, LearnerOptions, SharedWeights } from "../training/learner/learner.ts";
export type { LearnerState } from "../training/learner/learner-state.ts";
export type { UpdateOptions } from "../training/learner/update.ts";
export { optimizers } from "../training/optimizers/index.ts";
export type { OptimizerValues } from "../training/optimizers/index.ts";
export type {
  Optimizer,
  OptimizerArrays,
  ScaledGradient,
  TrainedParameter,
  UpdateRule,
} from "../training/optimizers/optimizer.ts";
export type { OptimizerSettings } from "../training/recipe/training-settings.ts";
