/** What is due after a step. */
import { expect, test } from "vitest";
import { evaluates, inspects, isFullEvaluation } from "../../../src/training/recipe/due.ts";
import { recipe } from "../../fixtures/recipes.ts";

const steps = Array.from({ length: 6 }, (_, i) => i + 1);

test("an evaluation follows every so many steps, and the last one", () => {
  const { evaluation, training } = recipe();
  const after = (every: number): number[] => steps.filter((step) => evaluates({ training, evaluation: { ...evaluation, every } }, step));
  expect([after(0), after(4), after(2)]).toEqual([[6], [4, 6], [2, 4, 6]]);
});

test("steps are inspected from the first on, except where there is nothing to compare", () => {
  const { training, objective } = recipe();
  const at = (inspectEvery: number, other = objective): number[] =>
    steps.filter((step) => inspects({ training: { ...training, inspectEvery }, objective: other }, step));
  expect([at(0), at(2), at(4)]).toEqual([[], [1, 3, 5], [1, 5]]);
  expect(at(2, { type: "bradley-terry" } as typeof objective)).toEqual([]);
});

test("the first and the last evaluation have all modes", () => {
  expect([0, ...steps].filter((step) => isFullEvaluation(recipe(), step))).toEqual([0, 6]);
});
