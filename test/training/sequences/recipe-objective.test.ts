/** The objective that a learner gets. */
import { expect, test } from "vitest";
import { objectives } from "../../../src/objectives/index.ts";
import type { Recipe } from "../../../src/training/recipe/recipe.ts";
import { recipeObjective } from "../../../src/training/sequences/recipe-objective.ts";
import { recipe } from "../../fixtures/recipes.ts";

const ahead = (maxStaleness: number, changes: Partial<Recipe> = {}): Recipe =>
  recipe({ rollouts: { ...recipe().rollouts, maxStaleness }, ...changes });

test("reads what importance weights are made of where the student draws ahead, and else what it needs alone", () => {
  const own = objectives.create(recipe().objective).needs;
  expect(recipeObjective(ahead(2)).needs).toEqual([...own, "behaviorLogProbs", "fromStudent"]);
  expect(recipeObjective(ahead(0)).needs).toEqual(own);
  expect(recipeObjective(recipe()).needs).toEqual(own);
  expect(recipeObjective(ahead(2, { data: { ...recipe().data, onPolicyFraction: 0 } })).needs).toEqual(own);
});
