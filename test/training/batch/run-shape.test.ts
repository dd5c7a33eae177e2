/** The sizes that the threads of a run agree on. */
import { describe, expect, test } from "vitest";
import { policies } from "../../../src/policies/families/index.ts";
import { tasks } from "../../../src/tasks/index.ts";
import { lengthOf } from "../../../src/training/batch/collate.ts";
import { runShape } from "../../../src/training/batch/run-shape.ts";
import { context, model, recipe, smallTask } from "../../fixtures/recipes.ts";

const task = smallTask();
const sized = (vocabularySize: number, contextLength: number) =>
  model(policies.create({ type: "ngram", order: 2 }, { vocabularySize, contextLength }), 1);

describe("a run's shape", () => {
  test("is that of the task's longest prompt, the completions and the student's vocabulary", () => {
    expect(runShape(recipe(), task)).toEqual({
      promptLength: 4,
      maxNewTokens: 6,
      inParts: false,
      batch: { size: 8, prompt: 4, completion: 6, vocabularySize: context.vocabularySize },
    });
  });

  test("has a position for every token where whole sequences are scored", () => {
    const { batch } = runShape(recipe({ objective: { type: "bradley-terry", center: 0 } }), task);
    expect(batch).toEqual({ size: 8, prompt: 4, completion: 6, whole: true, vocabularySize: context.vocabularySize });
  });

  test("takes the longest reference when nothing else is said", () => {
    const { maxNewTokens: _left, ...rollouts } = recipe().rollouts;
    expect(runShape(recipe({ rollouts }), task).maxNewTokens).toBe(task.longest.completion);
  });

  test("may fill the student's context, and no more", () => {
    const values = (maxNewTokens: number) => recipe({ rollouts: { ...recipe().rollouts, maxNewTokens } });
    expect(lengthOf(runShape(values(12), task).batch)).toBe(15);
    expect(() => runShape(values(13), task)).toThrow(
      new RangeError(
        "student: expected a context of 4 prompt and 13 new tokens, got 16; lower rollouts.maxNewTokens or take a student with a longer context",
      ),
    );
    const long = tasks.create({ type: "arithmetic", numbers: [9, 9], range: [1, 9], operators: "+", train: 2, test: 1 }, { seed: 1 });
    expect(() => runShape(values(1), long)).toThrow(/expected a context of 18 prompt and 1 new tokens, got 16/u);
  });

  test("refuses a student or a teacher of another vocabulary", () => {
    expect(() => runShape(recipe({ student: sized(5, 16) }), task)).toThrow(
      new RangeError(`student: expected a vocabulary of at least the task's ${context.vocabularySize} tokens, got 5`),
    );
    expect(() => runShape(recipe({ teacher: { ...sized(99, 16), temperature: 1 } }), task)).toThrow(
      new RangeError(
        `teacher: expected the student's vocabulary of ${context.vocabularySize} tokens, got 99 of another tokenizer; take an objective for unlike vocabularies`,
      ),
    );
  });
});
