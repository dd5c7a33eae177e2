/** Tests of the rules between a training and stages with a task of their own. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { checker, type Mistake } from "../../../src/experiments/schema/check.ts";
import { expand } from "../../../src/experiments/file/drafts.ts";
import { parseOverrides } from "../../../src/experiments/file/overrides.ts";
import { experimentSchema, type ExperimentValues } from "../../../src/experiments/schema/experiment-schema.ts";
import { semanticMistakes } from "../../../src/experiments/rules/all-rules.ts";
import { FileContext } from "../../../src/experiments/inputs/file-context.ts";
import { parseSource } from "../../../src/experiments/file/file-source.ts";

const path = "test/fixtures/experiments/valid.json";
const source = parseSource(path, readFileSync(path, "utf8"));
const check = checker<ExperimentValues>(experimentSchema);
const task = { type: "arithmetic", numbers: [2, 3], range: [1, 9], train: 400, test: 50 };

const mistakes = (...overrides: string[]): Mistake[] => {
  const checked = check(expand(source, parseOverrides(overrides)).drafts[0]!.value);
  if ("mistakes" in checked) throw new Error(JSON.stringify(checked.mistakes));
  return semanticMistakes(checked.values, path, new FileContext("test/fixtures/experiments"));
};
const own = (stage: string, changes: Record<string, unknown>): string => `/stages/${stage}/task=${JSON.stringify({ ...task, ...changes })}`;
const numbers = own("teacher", { tokenizer: "numbers" });
const unlike = '/objective={"type": "universal-logit-distillation"}';

test("a stage may spell out the file's own task", () => {
  expect(mistakes(own("teacher", {}), own("sft-student", {}))).toEqual([]);
});

test("a teacher of other tokens needs an objective for unlike vocabularies, and then it may be one", () => {
  expect(mistakes(numbers)).toEqual([
    { pointer: "/teacher/stage", message: expect.stringMatching(/expected a teacher of the same tokens/u) as unknown },
  ]);
  expect(mistakes(numbers, unlike, "/rewards=[]")).toEqual([]);
  expect(mistakes(unlike, "/rewards=[]")).toEqual([]);
});

test("such a teacher cannot draw the student's tokens", () => {
  const found = { pointer: "/teacher/stage", message: expect.stringMatching(/can draw the student's tokens/u) as unknown };
  expect(mistakes(numbers, unlike, '/rollouts/behavior={"type": "teacher-mixed"}')).toContainEqual(found);
  expect(mistakes(numbers, unlike, "/data/offPolicy=teacher", "/data/onPolicyFraction=0.5")).toContainEqual(found);
});

test("a student of other tokens cannot continue from a stage", () => {
  expect(mistakes(own("sft-student", { tokenizer: "numbers" }))).toContainEqual({
    pointer: "/student/stage",
    message: expect.stringMatching(/stage "sft-student" has a task with another/u) as unknown,
  });
});

test("a stage must not train on what a later one is tested on", () => {
  const found = mistakes(own("teacher", { test: 5, train: 400 }));
  expect(found).toEqual([
    {
      pointer: "/stages/teacher/task",
      message: expect.stringMatching(/trains on \d+ of the 50 prompts that this training is tested on/u) as unknown,
    },
  ]);
});

test("a stage's task that cannot be made is said at its location, once", () => {
  expect(mistakes(own("teacher", { train: 99_999 }))).toEqual([
    {
      pointer: "/stages/teacher/task",
      part: "whole",
      message: expect.stringMatching(/expected at most \d+ different prompts/u) as unknown,
    },
  ]);
});
