/** Which batches have neighbouring rows of one prompt. */
import { expect, test } from "vitest";
import type { Rollout } from "../../../src/rollouts/batches/rollout.ts";
import { collate } from "../../../src/training/batch/collate.ts";
import { neighbours, sharesPrompts } from "../../../src/training/batch/shared-prompts.ts";
import { referenceRows } from "../../fixtures/batches.ts";
import { recipe as made } from "../../fixtures/recipes.ts";

const [{ rollout, ...scores }] = referenceRows() as [ReturnType<typeof referenceRows>[number]];
const row = (promptTokens: number[], tokens: number[]) => ({
  ...scores,
  rollout: { ...rollout, promptTokens: Int32Array.from(promptTokens), tokens: Int32Array.from(tokens) } as Rollout,
});
const shape = { size: 4, prompt: 3, completion: 2, vocabularySize: 9 };
const shares = (rows: ReturnType<typeof row>[], count: number): boolean =>
  sharesPrompts(collate(rows, shape, [], 0, { progress: 0, controlled: 0 }), shape, count);

test("rows of one prompt share it, whatever their completions are", () => {
  const pairs = [row([1, 2], [3]), row([1, 2], [4, 5]), row([6, 7, 8], [1]), row([6, 7, 8], [2])];
  expect(shares(pairs, 2)).toBe(true);
  expect(shares(pairs, 4)).toBe(false);
  expect(shares(pairs, 1)).toBe(true);
});

test("a token, a length or a row that fills up is enough to tell them apart", () => {
  expect(shares([row([1, 2], [3]), row([1, 3], [3]), row([6], [1]), row([6], [2])], 2)).toBe(false);
  // Padding has the id 0, as the first of these prompts' tokens.
  expect(shares([row([0, 2], [3]), row([2], [3]), row([6], [1]), row([6], [2])], 2)).toBe(false);
  expect(shares([row([1, 2], [3]), row([1, 2], [4]), row([6], [1])], 2)).toBe(false);
});

test("neighbours have one prompt where the student writes every row", () => {
  const recipe = made();
  const { rollouts } = recipe;
  const of = (data: object): number => neighbours({ rollouts: { ...rollouts, group: 4 }, data: { ...recipe.data, ...data } });
  expect(of({ onPolicyFraction: 1 })).toBe(4);
  expect(of({ onPolicyFraction: 0.5 })).toBe(1);
  expect(of({ onPolicyFraction: { from: 0, to: 1 } })).toBe(1);
});
