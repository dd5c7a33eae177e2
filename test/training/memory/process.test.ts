/** Tests of what the parts of a process take together. */
import { expect, test } from "vitest";
import { objectiveOf } from "../../../src/objectives/objective-of.ts";
import { parameterCount } from "../../../src/policies/initialize.ts";
import { processMemory, type EngineCosts, type ProcessParts } from "../../../src/training/memory/process.ts";
import { memoryOfDrawing } from "../../../src/training/memory/programs.ts";
import { smallLlama } from "../../fixtures/recipes.ts";

const policy = smallLlama({ contextLength: 64 });
const weights = 4 * parameterCount(policy);
const costs: EngineCosts = { process: 1000, thread: 10, arenas: true, copies: true };
const call = { batch: 8, prompt: 16, completion: 8 };
const parts: ProcessParts = {
  costs,
  student: policy,
  learning: {
    policy,
    objective: objectiveOf({ type: "sft", average: "token" }),
    batch: { size: 8, prompt: 16, completion: 8, vocabularySize: policy.vocabularySize },
    optimizer: { type: "adamw", learningRate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 },
    clipNorm: 1,
    inParts: false,
    inspects: true,
  },
  rows: 8,
  call,
  samplers: 2,
  draws: [
    { group: 1, calls: 10 },
    { group: 1, calls: 1 },
  ],
  scorers: [],
  others: 1,
  ahead: 0,
};
const memory = (changed: Partial<ProcessParts> = {}) => processMemory({ ...parts, ...changed });
const { running, outputs } = memoryOfDrawing(policy, call, 1);
const drawn = running - outputs;

test("the process has a heap for each thread, and all is the sum", () => {
  const { process, sampling, training, scoring, all } = memory({ scorers: [policy] });
  expect(process).toBe(1000 + 5 * 10);
  expect(all).toBe(process + sampling + training + scoring);
});

test("samplers keep an arena for each kind of draw that reaches them, and weights", () => {
  expect(memory().sampling).toBe(2 * weights + 3 * drawn);
  expect(memory({ samplers: 1 }).sampling).toBe(weights + 2 * drawn);
});

test("where nothing is kept the largest program counts, and shared weights are not copied", () => {
  const given = { ...costs, arenas: false, copies: false };
  expect(memory({ costs: given }).sampling).toBe(2 * drawn);
  expect(memory({ costs: given }).training).toBeLessThan(memory().training);
});

test("a teacher's weights are read, and copied by the engine", () => {
  const { scoring } = memory({ scorers: [policy, policy] });
  expect(memory().scoring).toBe(0);
  expect(scoring).toBeGreaterThan(4 * weights);
  expect(scoring - memory({ scorers: [policy, policy], costs: { ...costs, copies: false } }).scoring).toBe(2 * weights);
});

test("a step ahead keeps one more copy of the weights", () => {
  expect(memory({ ahead: 2 }).training - memory().training).toBeGreaterThanOrEqual(2 * weights);
});
