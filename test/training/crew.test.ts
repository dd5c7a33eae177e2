/** The threads of a run: the sizes that they agree on, and that they end. */
import { describe, expect, test } from "vitest";
import { tasks } from "../../src/tasks/index.ts";
import { openCrew } from "../../src/training/crew.ts";
import { runShape } from "../../src/training/shape.ts";
import { initialState } from "../../src/training/learner.ts";
import type { Recipe } from "../../src/training/recipe.ts";
import { policies } from "../../src/policies/families/index.ts";
import { bigram, bytesOf, context, model, recipe, smallTask } from "../fixtures/recipes.ts";
import { openThreads } from "../fixtures/threads.ts";

const task = smallTask();
const never = new AbortController().signal;
const open = (values: Recipe, signal = never) =>
  openCrew(values, task, runShape(values, task), initialState(values.student.weights), signal);
const sized = (vocabularySize: number, contextLength: number) =>
  model(policies.create({ type: "ngram", order: 2 }, { vocabularySize, contextLength }), 1);

describe("a run's shape", () => {
  test("is that of the task's longest prompt, the completions and the student's vocabulary", () => {
    expect(runShape(recipe(), task)).toEqual({
      promptLength: 4,
      maxNewTokens: 6,
      batch: { size: 8, length: 9, vocabularySize: context.vocabularySize },
    });
  });

  test("takes the longest reference when nothing else is said", () => {
    const { maxNewTokens: _left, ...rollouts } = recipe().rollouts;
    expect(runShape(recipe({ rollouts }), task).maxNewTokens).toBe(task.longest.completion);
  });

  test("may fill the student's context, and no more", () => {
    const values = (maxNewTokens: number) => recipe({ rollouts: { ...recipe().rollouts, maxNewTokens } });
    expect(runShape(values(12), task).batch.length).toBe(15);
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

describe("a crew", () => {
  test("draws on several threads with the weights that were published, learns, and ends", async () => {
    const crew = await open(recipe({ machine: { engine: "onnx", threads: 1, samplers: 2 } }));
    try {
      expect(crew.engine).toBe("onnx-cpu");
      expect(openThreads()).toBe(5);
      const prompts = task.train.slice(0, 4).map(({ text }) => Int32Array.from(task.tokenizer.encode(text)));
      const writer = { by: "behavior", temperature: 1 } as const;
      const coordinates = prompts.map((_, i) => [1, 1, i, 0] as const);
      await expect(crew.draw({ prompts, coordinates, writer }, never)).rejects.toThrow("expected weights before the first draw");
      await crew.publish(model(bigram(), 5).weights);
      const [first, second] = await Promise.all([1, 2].map(() => crew.draw({ prompts, coordinates, writer }, never)));
      expect(first).toHaveLength(4);
      expect(second).toEqual(first);
      expect(bytesOf(await crew.learner.call("weights", undefined))).toEqual(bytesOf(recipe().student.weights));
      expect(Object.keys(crew.scorers).toSorted()).toEqual(["reward", "teacher"]);
    } finally {
      await crew.close();
    }
    expect(openThreads()).toBe(0);
  });

  const { teacher: _teacher, ...alone } = recipe();
  test.each<[string, Recipe, string]>([
    [
      "a teacher that the objective needs",
      alone,
      "the objective needs teacher log-probs, and the recipe has no teacher; give it one, or set alpha to 0",
    ],
    [
      "rewards that the objective needs",
      recipe({ rewards: [] }),
      "the objective needs rewards, and the recipe has none; add one, or set alpha to 1",
    ],
  ])("without %s does not open, and leaves no thread", async (_what, values, message) => {
    await expect(open(values)).rejects.toThrow(new RangeError(message));
    expect(openThreads()).toBe(0);
  });

  test("does not wait for a reward that never loads once it is aborted", async () => {
    const controller = new AbortController();
    const opening = open(recipe({ rewards: [{ type: "module", path: "rewards/endless.ts" }] }), controller.signal);
    // Late enough for all the others to be open on most machines; earlier the test says less and passes all the same.
    setTimeout(() => controller.abort(new Error("enough")), 4000);
    await expect(opening).rejects.toThrow("enough");
    expect(openThreads()).toBe(0);
  });
});
