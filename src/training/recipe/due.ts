/** What is due after a step, or in it, by the recipe alone. */
import { objectiveOf } from "../../objectives/objective-of.ts";
import type { Recipe } from "./recipe.ts";

/**
 * True for a step whose terms and tokens are inspected. Of a reward model there are no terms to compare, and no
 * tokens that it sampled.
 */
export const inspects = (
  { training: { inspectEvery }, objective }: Pick<Recipe, "training" | "objective">,
  step: number,
): boolean => inspectEvery > 0 && (step - 1) % inspectEvery === 0 && objectiveOf(objective).pairs !== true;

/** True for a step that an evaluation follows. */
export const evaluates = ({ evaluation, training }: Pick<Recipe, "evaluation" | "training">, step: number): boolean =>
  step === training.steps || (evaluation.every > 0 && step % evaluation.every === 0);

/** True for a step with a full evaluation, in all modes: the first and the last. */
export const isFullEvaluation = ({ training }: Pick<Recipe, "training">, step: number): boolean =>
  step === 0 || step === training.steps;
