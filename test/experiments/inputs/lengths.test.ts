/** Tests of lengths of completions and contexts. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { checker } from "../../../src/experiments/schema/check.ts";
import { expand } from "../../../src/experiments/file/drafts.ts";
import { parseOverrides } from "../../../src/experiments/file/overrides.ts";
import { contextLength, maxNewTokens, neededContext } from "../../../src/experiments/inputs/lengths.ts";
import { experimentSchema, type ExperimentValues } from "../../../src/experiments/schema/experiment-schema.ts";
import { parseSource } from "../../../src/experiments/file/file-source.ts";
import { runValues, stageValues } from "../../../src/experiments/schema/trainings.ts";
import { tasks, type TaskValues } from "../../../src/tasks/index.ts";

const path = "test/fixtures/experiments/valid.json";
const source = parseSource(path, readFileSync(path, "utf8"));
const file = (...overrides: string[]): ExperimentValues => {
  const checked = checker<ExperimentValues>(experimentSchema)(expand(source, parseOverrides(overrides)).drafts[0]!.value);
  if ("mistakes" in checked) throw new Error(JSON.stringify(checked.mistakes));
  return checked.values;
};
const task = tasks.create(file().task, { seed: 0 });
const checkpoint = (name: string): never => {
  throw new RangeError(`no checkpoint "${name}"`);
};

test("completions are as long as the longest reference, unless the file says otherwise", () => {
  expect(maxNewTokens(runValues(file()), task)).toBe(task.longest.completion);
  expect(maxNewTokens(runValues(file("/rollouts/maxNewTokens=3")), task)).toBe(3);
});

test("a context holds the longest prompt with the longest reference or completion", () => {
  expect(neededContext(runValues(file("/rollouts/maxNewTokens=3")), task)).toBe(task.longest.prompt + task.longest.completion);
  expect(neededContext(runValues(file("/rollouts/maxNewTokens=300")), task)).toBe(task.longest.prompt + 300);
  const unanswered = { ...task, answered: false } as const;
  expect(neededContext(runValues(file("/rollouts/maxNewTokens=3")), unanswered)).toBe(task.longest.prompt + 3);
});

test("a student keeps the context of the stage that made it, however many stages ago", () => {
  const again = JSON.stringify({ ...file().stages?.["sft-student"], student: { stage: "sft-student" } });
  const line = file("/stages/sft-student/rollouts/maxNewTokens=70", `/stages/again=${again}`, "/student/stage=again");
  expect(contextLength(line, runValues(line), { task: () => task, checkpoint })).toBe(task.longest.prompt + 70);
  expect(contextLength(line, stageValues(line, "teacher"), { task: () => task, checkpoint })).toBe(
    task.longest.prompt + task.longest.completion,
  );
});

test("a context is counted in the tokens of the task that it was made for", () => {
  const own = { ...file().task, tokenizer: "numbers" } as TaskValues;
  const line = file(`/stages/teacher/task=${JSON.stringify(own)}`);
  const numbers = tasks.create(own, { seed: 0 });
  const needed = contextLength(line, stageValues(line, "teacher"), {
    task: (values) => ("tokenizer" in values.task && values.task.tokenizer === "numbers" ? numbers : task),
    checkpoint,
  });
  expect(needed).toBe(numbers.longest.prompt + numbers.longest.completion);
  expect(needed).toBeLessThan(task.longest.prompt + task.longest.completion);
});
