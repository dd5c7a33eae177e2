/** Tests of completions as rollouts. */
import { expect, test } from "vitest";
import { drawRollouts } from "../../../src/training/step/drawing.ts";
import { inOneThread } from "../../fixtures/one-thread.ts";
import { recipe, smallTask } from "../../fixtures/recipes.ts";

const task = smallTask();
const { tokenizer } = task;
const never = new AbortController().signal;

test("a completion ends with end-of-sequence or is cut, and says which", async () => {
  const threads = await inOneThread(recipe(), task);
  const all = task.train.slice(0, 3).map((prompt, index) => ({ prompt, order: { prompt: index, sample: 0 } }));
  const drawing = { seed: 2, step: 1, writer: { by: "behavior", temperature: 1 }, version: 7 } as const;
  const rollouts = await drawRollouts(threads, task, all, drawing, never);
  for (const { tokens, finish, text, behaviorLogProbs, version } of rollouts) {
    expect(finish).toBe(tokens.at(-1) === tokenizer.endId ? "stop" : "length");
    expect(text).toBe(tokenizer.decode(tokens));
    expect(behaviorLogProbs).toHaveLength(tokens.length);
    expect(version).toBe(7);
  }
});
