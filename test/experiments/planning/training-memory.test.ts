/** Tests of what a planned training takes. */
import { expect, test } from "vitest";
import { noInputs } from "../../../src/experiments/inputs/inputs.ts";
import { readExperiment } from "../../../src/experiments/file/extended-source.ts";
import { planRuns } from "../../../src/experiments/planning/run-plan.ts";
import { checkSource } from "../../../src/experiments/planning/sound-file.ts";
import { FileContext } from "../../../src/experiments/inputs/file-context.ts";
import { processBytes, trainingMemory } from "../../../src/experiments/planning/training-memory.ts";
import { studentPolicy } from "../../../src/experiments/inputs/students.ts";
import { parameterCount } from "../../../src/policies/initialize.ts";
import { memoryOf } from "../../../src/training/learner/memory.ts";

test("the student's programs at the file's sizes: a chunk is sampled, a batch is learned from", () => {
  const file = checkSource(readExperiment("test/fixtures/experiments/valid.json"), []);
  const fileContext = new FileContext("test/fixtures/experiments");
  const run = planRuns(file, noInputs)[0]!;
  const values = file.drafts[0]!.values;
  const { chunk } = run.values.rollouts;
  const { batch } = run.values.training;
  const policy = studentPolicy(values, run.values, fileContext);
  const [learning, sampling] = [batch, Math.min(chunk, batch)].map((size) => memoryOf(policy, { batch: size, length: run.contextLength }));
  const memory = trainingMemory(run, values, fileContext);
  const { scoring } = memory;
  expect(memory).toEqual({
    length: run.contextLength,
    sampling: sampling!.sampling.inputs + sampling!.sampling.running,
    training: learning!.training.inputs + learning!.training.running,
    scoring,
    peak: processBytes + memory.sampling + memory.training + scoring,
  });
  expect(scoring > 0).toBe(values.teacher !== undefined);
  // An optimizer that keeps nothing, in place of AdamW's two moments.
  const optimizer = { type: "sgd", learningRate: 0.1, momentum: 0, nesterov: false, weightDecay: 0 } as const;
  const plain = { ...run, values: { ...run.values, training: { ...run.values.training, optimizer } } };
  const less = memory.training - trainingMemory(plain, values, fileContext).training;
  expect(less).toBeGreaterThan(2 * 4 * parameterCount(policy));
  // The context of a model from elsewhere is what it can read, not what this task puts before it.
  expect(trainingMemory({ ...run, contextLength: 8192 }, values, fileContext)).toEqual(memory);
  expect(trainingMemory({ ...run, contextLength: 8 }, values, fileContext).length).toBe(8);
});
