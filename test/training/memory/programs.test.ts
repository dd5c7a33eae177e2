/** Tests of the programs of a training whose memory is estimated. */
import { expect, test } from "vitest";
import { bytesOf } from "../../../src/engine/program.ts";
import { objectiveOf } from "../../../src/objectives/objective-of.ts";
import { memoryOfDrawing, memoryOfScoring, memoryOfStep, type LearningOptions } from "../../../src/training/memory/programs.ts";
import { bigram, smallLlama } from "../../fixtures/recipes.ts";

const policy = smallLlama({ contextLength: 64 });
const call = { batch: 8, prompt: 16, completion: 8 };
const options = (size: number, inParts: boolean, inspects = true): LearningOptions => ({
  policy,
  objective: objectiveOf({ type: "sft", average: "token" }),
  batch: { size, prompt: 16, completion: 8, vocabularySize: policy.vocabularySize },
  optimizer: { type: "adamw", learningRate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 },
  clipNorm: 1,
  inParts,
  inspects,
});

test("a step has an update, or gradients and an optimizer's step, and an inspection where it is asked for", () => {
  expect(Object.keys(memoryOfStep(options(8, false)))).toEqual(["inspection", "update"]);
  expect(Object.keys(memoryOfStep(options(4, true, false)))).toEqual(["add", "apply"]);
});

test("a part of a batch takes less than the batch, and the optimizer's step is the same for all parts", () => {
  const [many, few] = [memoryOfStep(options(32, true)), memoryOfStep(options(2, true))];
  expect(few.add!.running).toBeLessThan(many.add!.running / 4);
  expect(few.apply).toEqual(many.apply);
});

test("what is drawn in groups reads each prompt once", () => {
  const alone = memoryOfDrawing(bigram({ contextLength: 64 }), call, 1);
  const tokens = bytesOf({ dtype: "int32", shape: [8, 16] });
  expect(alone.inputs - memoryOfDrawing(bigram({ contextLength: 64 }), call, 8).inputs).toBe(3 * (tokens - tokens / 8));
  // Chunks that hold no whole groups are read row by row.
  expect(memoryOfDrawing(bigram({ contextLength: 64 }), call, 3)).toEqual(alone);
});

test("a teacher says as many numbers as the completions' tokens have in a vocabulary", () => {
  expect(memoryOfScoring(policy, call, 1).outputs).toBe(4 * 8 * 8 * policy.vocabularySize);
});

test("long prompts that a group shares are read once", () => {
  const tokens = { prompt: 50, completion: 6 };
  const step = (group: number) => {
    const given = options(8, false);
    return memoryOfStep({ ...given, batch: { ...given.batch, ...tokens }, group });
  };
  const score = (group: number) => memoryOfScoring(policy, { batch: 8, ...tokens }, group);
  for (const [shared, alone] of [
    [step(4).update!, step(1).update!],
    [step(4).inspection!, step(1).inspection!],
    [score(4), score(1)],
  ] as const) {
    expect(shared.running).toBeLessThan(0.8 * alone.running);
    expect([shared.inputs, shared.outputs]).toEqual([alone.inputs, alone.outputs]);
  }
  // Groups that the rows do not hold whole.
  expect(step(3)).toEqual(step(1));
});
