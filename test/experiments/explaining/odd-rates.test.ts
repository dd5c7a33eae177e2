/** Tests of hints at learning rates that are far off. */
import { expect, test } from "vitest";
import { readExperiment } from "../../../src/experiments/file/extended-source.ts";
import { formatProblem } from "../../../src/experiments/file/problem.ts";
import { validateExperiment } from "../../../src/experiments/explaining/validated.ts";

const quickstart = readExperiment("experiments/quickstart.json");
const warningsOf = async (...overrides: string[]): Promise<string[]> =>
  (await validateExperiment(quickstart, overrides)).flatMap(({ warnings }) => warnings.map((one) => formatProblem(one)));

test("the quickstart's rates are usual, of its stages too", async () => {
  expect(await warningsOf()).toEqual([]);
});

test("a rate that is far off is told with its place, the student's size and what is usual", async () => {
  expect(await warningsOf("/stages/teacher/training/optimizer/learningRate=0.00001", "/training/optimizer/learningRate=0.05")).toEqual([
    "command line: /stages/teacher/training/optimizer/learningRate=0.00001: expected about 0.004 for a student with " +
      "100,608 parameters in its layers, got 0.00001, more than ten times off",
    "command line: /training/optimizer/learningRate=0.05: expected about 0.004 for a student with " +
      "55,488 parameters in its layers, got 0.05, more than ten times off",
  ]);
});

test("a reward alone wants smaller steps, adapters, other optimizers and single steps have none that is usual", async () => {
  const rloo = ['/objective={"type": "rloo"}', "/rollouts/group=4"];
  expect(await warningsOf(...rloo, "/training/optimizer/learningRate=0.004")).toMatchObject([
    expect.stringContaining("expected about 0.0002"),
  ]);
  expect(await warningsOf(...rloo, "/training/optimizer/learningRate=0.0002")).toEqual([]);
  const far = "/training/optimizer/learningRate=0.9";
  expect(await warningsOf(far, '/training/adapters={"rank": 2, "targets": ["q_proj"]}')).toEqual([]);
  expect(await warningsOf('/training/optimizer={"type": "sgd", "learningRate": 0.9}')).toEqual([]);
  expect(await warningsOf(far, "/training/steps=1", "/training/schedule/warmup=0")).toEqual([]);
});
