/** The threads of a run: what they do together, and that they end. */
import { describe, expect, test } from "vitest";
import { openCrew } from "../../src/training/crew.ts";
import { runShape } from "../../src/training/shape.ts";
import { initialState } from "../../src/training/learner.ts";
import type { Recipe } from "../../src/training/recipe.ts";
import { bigram, bytesOf, model, recipe, smallTask } from "../fixtures/recipes.ts";
import { openThreads } from "../fixtures/threads.ts";

const task = smallTask();
const never = new AbortController().signal;
const open = (values: Recipe, signal = never) =>
  openCrew(values, task, runShape(values, task), initialState(values.student.weights), signal);

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
    [
      "a teacher that the behavior mixes with",
      {
        ...alone,
        objective: { type: "sft", average: "sequence" },
        rollouts: { ...alone.rollouts, behavior: { type: "speculative", topK: 2 } },
      },
      "the behavior speculative lets the teacher draw, and the recipe has none; give it one",
    ],
    [
      "a teacher that is to write",
      {
        ...alone,
        objective: { type: "sft", average: "sequence" },
        data: { onPolicyFraction: { from: 1, to: 0 }, offPolicy: "teacher", mixing: "step" },
      },
      "data.offPolicy lets the teacher draw, and the recipe has none; give it one",
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
