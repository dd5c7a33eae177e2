/** Tests of what a schema cannot say of checkpoints. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { planSource } from "../../../src/experiments/planning/run-plan.ts";
import { checkpointMistakes } from "../../../src/experiments/rules/checkpoint-rules.ts";
import { ExperimentError } from "../../../src/experiments/file/problem.ts";
import { parseSource } from "../../../src/experiments/file/file-source.ts";
import { smallTask } from "../../fixtures/recipes.ts";

const valid = readFileSync("test/fixtures/experiments/valid.json", "utf8");
/** Messages at `/training/checkpoints/best` of the file with overrides. */
const said = (...overrides: string[]): string[] => {
  try {
    planSource(parseSource("x.json", valid), overrides);
    return [];
  } catch (error) {
    if (!(error instanceof ExperimentError)) throw error;
    return error.problems.filter(({ pointer }) => pointer === "/training/checkpoints/best").map(({ message }) => message);
  }
};

const best = (value: unknown): string => `/training/checkpoints/best=${JSON.stringify(value)}`;

test.each<[string, string[]]>([
  ["accuracy", []],
  ["length", []],
  ["evaluation/reward", []],
  ["evaluation/reward/exact-match", []],
  ["evaluation/reward/mine", ['/rewards/0/name="mine"']],
  ["rouge-2", ['/evaluation/metrics=[{"type":"rouge"}]']],
  ["own-prefixes/entropy", ["/evaluation/agreement={}"]],
])("%s is measured by every evaluation", (metric, overrides) => {
  expect(said(best(metric), ...overrides)).toEqual([]);
});

test.each<[string, string[]]>([
  ["acuracy", []],
  ["reward", []],
  ["evaluation/reward/brevity", []],
  ["evaluation/reward", ["/evaluation/rewards=false"]],
  ["sampled/accuracy", ['/evaluation/also={"sampled":{"temperature":1}}']],
])("%s is not", (metric, overrides) => {
  expect(said(best(metric), ...overrides)).toEqual([
    expect.stringMatching(new RegExp(`^expected a metric of every evaluation, .*, got "${metric}"; did you mean "`, "u")),
  ]);
});

test("the best of a task without references is by its rewards, and needs one", () => {
  const [run] = planSource(parseSource("x.json", valid), []);
  const open = { ...smallTask(), answered: false };
  const inOpenTask = (asked: boolean | string, rewards: boolean): string[] => {
    const { values } = run!;
    const training = { ...values.training, checkpoints: { ...values.training.checkpoints, best: asked } };
    const brevity = { type: "brevity", target: 2, limit: 9 } as const;
    const given = { ...values, rewards: [brevity], training, evaluation: { ...values.evaluation, rewards } };
    return checkpointMistakes(given, open, ".").map(({ message }) => message);
  };
  expect(inOpenTask(true, true)).toEqual([]);
  expect(inOpenTask(true, false)).toEqual([
    "expected the name of a metric of evaluations, got true: without references there is no accuracy, and no reward is " +
      "measured; one of well-formed, truncated, length",
  ]);
  expect(inOpenTask("accuracy", true)).toEqual([expect.stringContaining('got "accuracy"')]);
  expect(said(best(true), "/evaluation/rewards=false")).toEqual([]);
});
