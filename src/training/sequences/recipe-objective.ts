/** The objective of a recipe as its learner has it. */
import { objectiveOf } from "../../objectives/objective-of.ts";
import { reportingImportance } from "../../objectives/importance-report.ts";
import type { Objective, Signal } from "../../objectives/objective.ts";
import type { Recipe } from "../recipe/recipe.ts";
import { lookaheadOf } from "./sequences.ts";

/**
 * The recipe's own; where the student's sequences are drawn ahead, it also reports how far the student has moved
 * since.
 */
export const recipeObjective = (
  recipe: Pick<Recipe, "objective" | "rollouts" | "data" | "training">,
): Objective<Signal> => {
  const objective = objectiveOf(recipe.objective);
  const { maxStaleness, studentDraws } = lookaheadOf(recipe);
  return maxStaleness > 0 && studentDraws ? reportingImportance(objective, recipe.rollouts.temperature) : objective;
};
