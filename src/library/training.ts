/** Training: one recipe, run to its end as a stream of reports. */
export { recipeOf } from "../experiments/running/recipe-of-values.ts";
export type { RecipeOptions } from "../experiments/running/recipe-of-values.ts";
export { CheckError } from "../training/checks/watch.ts";
export type { Machine, Model, Recipe } from "../training/recipe/recipe.ts";
export type {
  CheckpointDamaged,
  CheckpointWritten,
  Evaluated,
  Finished,
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
