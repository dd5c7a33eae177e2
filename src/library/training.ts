/** Training: one recipe, run to its end as a stream of reports. */
export { recipeOf } from "../experiments/recipe-of.ts";
export type { RecipeOptions } from "../experiments/recipe-of.ts";
export { CheckError } from "../training/checks/watch.ts";
export type { Machine, Model, Recipe } from "../training/recipe.ts";
export type { Evaluated, Finished, LoggedRollout, ProgressReport, StepDone, StepReport } from "../training/report.ts";
export { train } from "../training/train.ts";
export type { TrainOptions } from "../training/train.ts";
