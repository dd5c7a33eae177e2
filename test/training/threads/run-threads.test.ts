/** The threads of a run: what they do together, and that they end. */
import { describe, expect, test } from "vitest";
import { policies } from "../../../src/policies/families/index.ts";
import { tasks } from "../../../src/tasks/index.ts";
import { openRunThreads } from "../../../src/training/threads/run-threads.ts";
import { evaluate } from "../../../src/training/step/evaluate.ts";
import { drawRollouts, referenceRollout } from "../../../src/training/step/drawing.ts";
import { runShape } from "../../../src/training/batch/run-shape.ts";
import { initialState } from "../../../src/training/learner/learner-state.ts";
import type { Recipe } from "../../../src/training/recipe/recipe.ts";
import { inOneThread } from "../../fixtures/one-thread.ts";
import { turnTokenizer } from "../../fixtures/model-folder.ts";
import { bigram, bytesOf, model, recipe, smallTask, taskValues } from "../../fixtures/recipes.ts";
import { openThreads } from "../../fixtures/threads.ts";

const task = smallTask();
const never = new AbortController().signal;
const open = (values: Recipe, signal = never) =>
  openRunThreads(values, task, runShape(values, task), initialState(values.student.weights), signal);

describe("the threads of a run", () => {
  test("draws on several threads with the weights that were published, learns, and ends", async () => {
    const agreement = { divergences: [{ type: "reverse-kl" as const }], topK: 2, prefixes: "references" as const };
    const evaluation = { ...recipe().evaluation, also: { compared: { prompts: 4, temperature: 0, agreement } } };
    const threads = await open(recipe({ evaluation, machine: { engine: "onnx", threads: 1, samplers: 2 } }));
    try {
      expect(threads.engine).toBe("onnx-cpu");
      expect(openThreads()).toBe(6);
      const prompts = task.train.slice(0, 4).map(({ text }) => Int32Array.from(task.tokenizer.encode(text)));
      const writer = { by: "behavior", temperature: 1 } as const;
      const coordinates = prompts.map((_, i) => [1, 1, i, 0] as const);
      await expect(threads.draw({ prompts, coordinates, writer }, never)).rejects.toThrow("expected weights before the first draw");
      await threads.publish(model(bigram(), 5).weights);
      const [first, second] = await Promise.all([1, 2].map(() => threads.draw({ prompts, coordinates, writer }, never)));
      expect(first).toHaveLength(4);
      expect(second).toEqual(first);
      const searching = { beams: 2, lengthPenalty: 1 };
      const here = await inOneThread(recipe({ evaluation, student: model(bigram(), 5) }), task);
      const placed = task.train.slice(0, 6).map((prompt, index) => ({ prompt, order: { prompt: index, sample: 0 } }));
      const references = placed.map((one) => referenceRollout(task, one, 6, 0));
      const means = await threads.agreement!.measure(references, agreement, never);
      expect(means).toEqual(await here.agreement!.measure(references, agreement, never));
      expect(means["reverse-kl"]).toBeGreaterThan(0);
      expect(await threads.search({ prompts, searching }, never)).toEqual(await here.search({ prompts, searching }, never));
      expect(bytesOf(await threads.learner.call("weights", undefined))).toEqual(bytesOf(recipe().student.weights));
      expect(Object.keys(threads.scorers).toSorted()).toEqual(["reward", "teacher"]);
    } finally {
      await threads.close();
    }
    expect(openThreads()).toBe(0);
  });

  const { teacher: _teacher, ...alone } = recipe();
  test.each(turnTokenizer.stopIds)("ends completions at every end of the model, here %d, in training and in evaluation", async (end) => {
    const turns = tasks.create(taskValues, { seed: 5, tokenizer: turnTokenizer.documents });
    const { vocabularySize } = turns.tokenizer;
    const policy = policies.create({ type: "ngram", order: 2 }, { vocabularySize, contextLength: 32 });
    const weights = {
      "ngram.logits": Float32Array.from({ length: (vocabularySize + 1) * vocabularySize }, (_, i) => (i % vocabularySize === end ? 30 : 0)),
    };
    const values = { ...alone, student: { config: policy.config, weights }, objective: { type: "sft", average: "sequence" } } as const;
    const threads = await openRunThreads(values, turns, runShape(values, turns), initialState(weights), never);
    try {
      await threads.publish(weights);
      const prompts = turns.train.slice(0, 3).map((prompt, index) => ({ prompt, order: { prompt: index, sample: 0 } }));
      const drawing = { seed: 1, step: 1, writer: { by: "behavior", temperature: 1 }, version: 0 } as const;
      const rollouts = await drawRollouts(threads, turns, prompts, drawing, never);
      expect(rollouts.map(({ tokens, finish, text }) => ({ tokens: [...tokens], finish, text }))).toEqual(
        prompts.map(() => ({ tokens: [end], finish: "stop", text: "" })),
      );
      const request = {
        seed: 1,
        step: 1,
        full: false,
        settings: { every: 0, prompts: 4, temperature: 1 },
        maxNewTokens: 6,
        chunk: 4,
        mostDropped: 0,
      };
      expect((await evaluate(threads, turns, request, never)).metrics).toMatchObject({ length: 1, truncated: 0 });
    } finally {
      await threads.close();
    }
  });

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
    [
      "a teacher to be compared with",
      {
        ...alone,
        objective: { type: "sft", average: "sequence" },
        evaluation: { ...alone.evaluation, agreement: { divergences: [{ type: "forward-kl" }], topK: 2, prefixes: "references" as const } },
      },
      "evaluation.agreement: expected a frozen teacher here with the student's tokens, got none",
    ],
    [
      "a teacher whose completions are read",
      {
        ...alone,
        objective: { type: "sft", average: "sequence" },
        evaluation: { ...alone.evaluation, agreement: { divergences: [{ type: "forward-kl" }], topK: 2, prefixes: "teacher" } },
      },
      "evaluation.agreement lets the teacher draw, and the recipe has none; give it one",
    ],
  ])("without %s does not open, and leaves no thread", async (_what, values, message) => {
    await expect(open(values)).rejects.toThrow(new RangeError(message));
    expect(openThreads()).toBe(0);
  });
});
