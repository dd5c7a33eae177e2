/** Tests of the evaluation of reward models. */
import { expect, test } from "vitest";
import type { Prompt } from "../../../src/tasks/task.ts";
import { lengthOf, type Batch } from "../../../src/training/batch/collate.ts";
import { pairAccuracy } from "../../../src/training/step/pair-accuracy.ts";
import { smallTask } from "../../fixtures/recipes.ts";

const task = smallTask();
const prompts: Prompt[] = ["1+1", "1+2", "2+1", "2+2", "3+1"].map((text, index) => ({ index, text, reference: "1", rejected: "2+=" }));
const shape = { size: 4, prompt: 3, completion: 5, vocabularySize: task.tokenizer.vocabularySize, whole: true };

/** The number of tokens of each row, or what `of` makes of it. */
const counting =
  (sizes: number[], of = (count: number) => count) =>
  (batch: Batch): Promise<Float32Array> => {
    const mask = batch["mask"] as Float32Array;
    const length = lengthOf(shape);
    sizes.push(mask.length / length);
    const counts = Array.from({ length: shape.size }, (_, row) => mask.subarray(row * length, (row + 1) * length));
    return Promise.resolve(Float32Array.from(counts, (row) => of(row.reduce((sum, one) => sum + one, 0))));
  };
const request = { step: 3, prompts: 5, shape, maxNewTokens: 6 };
const tested = { ...task, test: prompts };

test("a pair is in order when its better completion scores higher; whole sequences are read, their end too", async () => {
  const sizes: number[] = [];
  // 3 of the prompt, 1 or 3 of the completion, and the end.
  expect(await pairAccuracy(tested, { ...request, scores: counting(sizes) })).toEqual({
    kind: "evaluation",
    step: 3,
    metrics: { accuracy: 0, "pairs/margin": -2, "pairs/score": 6 },
  });
  expect(sizes).toEqual([4, 4, 4]);
  expect((await pairAccuracy(tested, { ...request, scores: counting([], (count) => -count) })).metrics["accuracy"]).toBe(1);
});

test("equal scores are half in order", async () => {
  expect((await pairAccuracy(tested, { ...request, scores: counting([], () => 1) })).metrics["accuracy"]).toBe(0.5);
});

test("only the first prompts are compared when the settings say fewer", async () => {
  const sizes: number[] = [];
  await pairAccuracy(tested, { ...request, prompts: 2, scores: counting(sizes) });
  expect(sizes).toEqual([4]);
});
