/** Tests of what a training's student is before the training. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { checker } from "../../../src/experiments/schema/check.ts";
import { expand } from "../../../src/experiments/file/drafts.ts";
import { parseOverrides } from "../../../src/experiments/file/overrides.ts";
import { experimentSchema, type ExperimentValues } from "../../../src/experiments/schema/experiment-schema.ts";
import { parseSource } from "../../../src/experiments/file/file-source.ts";
import { runValues, stageValues } from "../../../src/experiments/schema/trainings.ts";
import { sourcePolicy, studentPolicy } from "../../../src/experiments/inputs/students.ts";
import type { KnownCheckpoint } from "../../../src/experiments/inputs/checkpoints.ts";
import { policies } from "../../../src/policies/families/index.ts";
import { tasks } from "../../../src/tasks/index.ts";

const path = "test/fixtures/experiments/valid.json";
const source = parseSource(path, readFileSync(path, "utf8"));
const check = checker<ExperimentValues>(experimentSchema);
const file = (...overrides: string[]): ExperimentValues => {
  const checked = check(expand(source, parseOverrides(overrides)).drafts[0]!.value);
  if ("mistakes" in checked) throw new Error(JSON.stringify(checked.mistakes));
  return checked.values;
};
const task = tasks.create(file().task, { seed: 0 });
const policy = policies.create(
  { type: "llama", layers: 4, width: 8, heads: 2, tied: true, ropeTheta: 10_000, normEpsilon: 1e-5 } as never,
  {
    vocabularySize: 40,
    contextLength: 99,
  },
);
const known = {
  task: () => task,
  checkpoint: (name: string): KnownCheckpoint => ({ path: name, policy, labels: undefined, tokenizer: undefined, hash: "" }),
};

test("a new student has the task's vocabulary and the context that its training needs", () => {
  const values = file("/stages/teacher/rollouts/maxNewTokens=70");
  const policy = studentPolicy(values, stageValues(values, "teacher"), known);
  expect(policy.config).toMatchObject({ model_type: "llama", num_hidden_layers: 2, hidden_size: 48 });
  expect(policy.vocabularySize).toBe(task.tokenizer.vocabularySize);
  expect(policy.contextLength).toBe(task.longest.prompt + 70);
});

test("a stage's result is what the stage made, whole or some of its layers, however many stages ago", () => {
  const again = JSON.stringify({ ...file().stages?.["sft-student"], student: { stage: "teacher", layers: [1] } });
  const line = file(`/stages/again=${again}`, '/student={"stage": "again"}');
  const teacher = studentPolicy(line, stageValues(line, "teacher"), known);
  expect(sourcePolicy(line, stageValues(line, "again"), known).config).toEqual(teacher.config);
  const shallow = { ...teacher.config, num_hidden_layers: 1 };
  expect(studentPolicy(line, stageValues(line, "again"), known).config).toEqual(shallow);
  expect(studentPolicy(line, runValues(line), known).config).toEqual(shallow);
});

test("a checkpoint is what it is, or some of its layers", () => {
  const line = file('/student={"checkpoint": "x", "layers": [3, 1]}', '/stages/teacher/student={"checkpoint": "y"}');
  expect(studentPolicy(line, stageValues(line, "teacher"), known)).toBe(policy);
  expect(sourcePolicy(line, runValues(line), known)).toBe(policy);
  expect(studentPolicy(line, runValues(line), known).config).toEqual({ ...policy.config, num_hidden_layers: 2 });
});

test("a student that cannot be is refused", () => {
  const line = file('/student={"stage": "teacher", "layers": [2]}');
  expect(() => studentPolicy(line, runValues(line), known)).toThrow("layers: expected numbers from 0 to 1");
});
