/** Tests of hints at values that change nothing. */
import { expect, test } from "vitest";
import { readExperiment } from "../../../src/experiments/file/extended-source.ts";
import { formatProblem } from "../../../src/experiments/file/problem.ts";
import { validateExperiment } from "../../../src/experiments/explaining/validated.ts";

const quickstart = readExperiment("experiments/quickstart.json");
const warningsOf = async (...overrides: string[]): Promise<string[]> =>
  (await validateExperiment(quickstart, overrides)).flatMap(({ warnings }) => warnings.map((one) => formatProblem(one)));

const teacher = '/data/offPolicy="teacher"';

test("a teacher that would write sequences is told of where the student writes all of them", async () => {
  expect(await warningsOf(teacher, "/data/onPolicyFraction=1")).toEqual([
    'command line: /data/offPolicy="teacher": expected /data/onPolicyFraction below 1, which lets the teacher write some ' +
      'sequences, got 1: the student writes all of them, and "offPolicy" changes nothing; leave it out, or lower the fraction',
  ]);
});

test("and not where it writes some, at any time of the training", async () => {
  expect(await warningsOf(teacher, "/data/onPolicyFraction=0.5")).toEqual([]);
  const rising = `/data/onPolicyFraction={"from": 0, "to": 1}`;
  expect(await warningsOf(teacher, rising)).toEqual([]);
  expect(await warningsOf("/data/onPolicyFraction=1")).toEqual([]);
});

/** Stages that ask for no more than the fewest test prompts here. */
const stages = ["/stages/teacher/evaluation/prompts=9", "/stages/sft-student/evaluation/prompts=9"];

test("evaluations of more test prompts than there are are told of, by number and by place", async () => {
  const also = '/evaluation/also={"more": {"prompts": 60}, "all": {"prompts": 50}}';
  const told = (place: string, prompts: number): string =>
    `${place}: expected at most 50, the test prompts that there are, got ${prompts}: 50 are evaluated; lower it, or give the task more`;
  expect(await warningsOf("/task/test=50", "/evaluation/prompts=51", also, stages[0]!)).toEqual([
    told("experiments/quickstart.json:33:34: /stages/sft-student/evaluation/prompts", 500),
    told("command line: /evaluation/prompts=51", 51),
    told(`command line: ${also}: /evaluation/also/more/prompts`, 60),
  ]);
  // As many as nobody set ask for nothing.
  expect(await warningsOf("/task/test=50", "/evaluation/prompts=200", ...stages)).toEqual([]);
});

test("further test prompts that no evaluation reaches are told of", async () => {
  const further = ["/task/furtherTest=100", ...stages];
  expect(await warningsOf(...further, "/task/test=50", "/evaluation/prompts=50")).toEqual([
    "command line: /task/furtherTest=100: expected /evaluation/prompts above /task/test, 50, which reaches the further " +
      'ones, got 50: "furtherTest" changes nothing; raise the prompts of the evaluation, or leave it out',
  ]);
  expect(await warningsOf(...further, "/task/test=50", "/evaluation/prompts=51")).toEqual([]);
  expect(await warningsOf(...further, "/task/test=50", "/evaluation/prompts=50", '/evaluation/also={"more": {"prompts": 150}}')).toEqual(
    [],
  );
});
