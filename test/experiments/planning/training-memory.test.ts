/** Tests of what a planned training takes. */
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { noInputs } from "../../../src/experiments/inputs/inputs.ts";
import { readExperiment } from "../../../src/experiments/file/extended-source.ts";
import { planRuns, prepareExperiment } from "../../../src/experiments/planning/run-plan.ts";
import { checkSource } from "../../../src/experiments/planning/sound-file.ts";
import { FileContext } from "../../../src/experiments/inputs/file-context.ts";
import { memoryKind, processBytes, trainingMemory, type TrainingMemory } from "../../../src/experiments/planning/training-memory.ts";
import { studentPolicy } from "../../../src/experiments/inputs/students.ts";
import { parameterCount } from "../../../src/policies/initialize.ts";

const file = checkSource(readExperiment("test/fixtures/experiments/valid.json"), []);
const fileContext = new FileContext("test/fixtures/experiments");
const run = planRuns(file, noInputs)[0]!;
const values = file.drafts[0]!.values;
const memory = trainingMemory(run, values, fileContext, 2);

const withTraining = (settings: object): typeof run => ({
  ...run,
  values: { ...run.values, training: { ...run.values.training, ...settings } },
});
const changed = (settings: object, threads = 2): TrainingMemory => trainingMemory(withTraining(settings), values, fileContext, threads);

test("the peak is all parts and what the process takes for itself", () => {
  const { sampling, training, scoring, peak } = memory;
  expect(peak - sampling - training - scoring).toBeGreaterThanOrEqual(processBytes);
  expect(scoring > 0).toBe(values.teacher !== undefined);
});

test("an optimizer that keeps nothing takes less than AdamW, with its two moments", () => {
  const policy = studentPolicy(values, run.values, fileContext);
  const optimizer = { type: "sgd", learningRate: 0.1, momentum: 0, nesterov: false, weightDecay: 0 };
  expect(memory.training - changed({ optimizer }).training).toBeGreaterThan(2 * 4 * parameterCount(policy));
});

test("parts of a batch take less, the smaller the less", () => {
  const batch = 256;
  const sizes = [batch, 64, 16, 4].map((microBatch) => changed({ batch, microBatch }).training);
  expect(sizes).toEqual(sizes.toSorted((a, b) => b - a));
  expect(new Set(sizes).size).toBe(sizes.length);
});

test("each sampler has programs and a thread of its own", () => {
  const more = changed({}, 4);
  expect(more.sampling).toBeGreaterThan(1.5 * memory.sampling);
  expect(more.peak - more.sampling - more.training).toBeGreaterThan(memory.peak - memory.sampling - memory.training);
});

test("the context of a model from elsewhere is what it can read, not what this task puts before it", () => {
  expect(trainingMemory({ ...run, contextLength: 8192 }, values, fileContext, 2)).toEqual(memory);
  expect(trainingMemory({ ...run, contextLength: 8 }, values, fileContext, 2).length).toBe(8);
});

test("trainings that differ in rates alone are of one kind, others are not", () => {
  const kind = (settings: object): string => memoryKind(withTraining(settings), values);
  expect(kind({ clipNorm: 3 })).toBe(kind({}));
  for (const settings of [{ microBatch: 2 }, { batch: 2 }, { recompute: true }, { inspectEvery: 0 }])
    expect(kind(settings)).not.toBe(kind({}));
});

test("the divergence decides the kind, and not its weights", () => {
  const kind = (objective: object): string => memoryKind({ ...run, values: { ...run.values, objective } as typeof run.values }, values);
  const jsd = (beta: number): object => ({ type: "distillation", divergence: { type: "jsd", beta } });
  expect(kind(jsd(0.1))).toBe(kind(jsd(0.9)));
  expect(kind({ type: "distillation", divergence: { type: "forward-kl" } })).not.toBe(kind(jsd(0.1)));
});

test("an objective of the user's own has a kind", async () => {
  const [own] = await prepareExperiment("test/fixtures/experiments/valid.json", [
    `/objective=${JSON.stringify({ module: resolve("examples/modules/confidence-penalty.ts"), beta: 0.2 })}`,
  ]);
  expect(memoryKind(own!, values)).toContain("confidence-penalty");
});
