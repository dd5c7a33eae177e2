/** Tests of the validation loss: the student's mean loss per token of the references. */
import { describe, expect, test } from "vitest";
import type { Recipe } from "../../../src/training/recipe/recipe.ts";
import { referenceLoss } from "../../../src/training/step/evaluate.ts";
import { inOneThread } from "../../fixtures/one-thread.ts";
import { bigram, context, model, recipe, smallTask } from "../../fixtures/recipes.ts";

const task = smallTask();
const { tokenizer } = task;
const never = new AbortController().signal;

describe("the validation loss", () => {
  const adaptive = { rise: 0.1, tolerance: 0, prompts: 3 };
  const loss = async (student: Recipe["student"], maxNewTokens: number): Promise<number> => {
    const values = recipe({ student, data: { ...recipe().data, adaptive } });
    return referenceLoss(await inOneThread(values, task), task, task.train.slice(0, 5), { step: 1, maxNewTokens }, never);
  };

  test("is the mean of the references' negative log-likelihood by token, end-of-sequence included", async () => {
    const student = model(bigram(), 3);
    const { vocabularySize } = context;
    const table = student.weights["ngram.logits"]!;
    const terms = (cut: number): number[] =>
      task.train.slice(0, 5).flatMap(({ text, reference }) => {
        const answer = [...tokenizer.encode(reference), tokenizer.endId].slice(0, cut);
        const before = [tokenizer.encode(text).at(-1)!, ...answer];
        return answer.map((token, t) => {
          const row = table.subarray(before[t]! * vocabularySize, (before[t]! + 1) * vocabularySize);
          return Math.log(row.reduce((sum, x) => sum + Math.exp(x), 0)) - row[token]!;
        });
      });
    const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
    expect(await loss(student, 6)).toBeCloseTo(mean(terms(6)), 5);
    expect(await loss(student, 2)).toBeCloseTo(mean(terms(2)), 5);
  });

  test("needs someone who scores", async () => {
    const threads = await inOneThread(recipe(), task);
    await expect(referenceLoss(threads, task, task.train, { step: 1, maxNewTokens: 6 }, never)).rejects.toThrow(
      new RangeError("validation: expected a scorer of the student, got none"),
    );
  });
});
