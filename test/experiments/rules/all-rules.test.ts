/** Tests of the rules between the parts of a file. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
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

const mistakes = (...overrides: string[]): Mistake[] => {
  const checked = check(expand(source, parseOverrides(overrides)).drafts[0]!.value);
  if ("mistakes" in checked) throw new Error(JSON.stringify(checked.mistakes));
  return semanticMistakes(checked.values, path, new FileContext("test/fixtures/experiments"));
};

test("a sound file has none", () => {
  expect(mistakes()).toEqual([]);
});

describe.each<[string, string[], string, string]>([
  [
    "a teacher that is not there",
    ["/teacher=null"],
    "",
    `missing key "teacher": the objective reinforce-gkd reads a teacher's log-probs; add "teacher": { "stage": "<name>" }, or take an objective without one (alpha 0)`,
  ],
  ["no rewards", ["/rewards=[]"], "/rewards", "expected at least one reward"],
  ["a policy gradient on fixed data", ["/data/onPolicyFraction=0"], "/data/onPolicyFraction", "needs completions that the student samples"],
  [
    "imitation of its own samples",
    ["/stages/teacher/data/onPolicyFraction=0.5"],
    "/stages/teacher/data/onPolicyFraction",
    "expected 0, got 0.5: sft learns nothing from the student",
  ],
  [
    "a group that does not divide the batch",
    ["/training/batch=30"],
    "/training/batch",
    "expected a multiple of /rollouts/group = 4, such as 32, got 30",
  ],
  ["leave-one-out with groups of one", ["/rollouts/group=1"], "/rollouts/group", "leave-one-out: expected at least 2"],
  [
    "a warm-up longer than the run",
    ["/training/schedule/warmup=21"],
    "/training/schedule/warmup",
    "expected at most /training/steps = 20, such as 2, got 21",
  ],
  [
    "more examples than there are",
    ["/data/examples=401"],
    "/data/examples",
    "expected at most the task's 400 training prompts, such as 400, got 401",
  ],
  ["a task that cannot be", ["/task/train=99999"], "/task", "arithmetic: expected at most 3078 different prompts"],
  [
    "heads that do not divide the width",
    ["/stages/teacher/student/heads=5"],
    "/stages/teacher/student",
    "llama: expected width to be a multiple",
  ],
  ["beta at the end of its range", ['/objective/divergence={"type": "jsd", "beta": 0}'], "/objective", "jsd: expected beta inside (0, 1)"],
  [
    "a student made for shorter completions",
    ["/rollouts/maxNewTokens=100", "/stages/teacher/rollouts/maxNewTokens=100"],
    "/student",
    "the student was made for",
  ],
  [
    "a teacher made for shorter completions",
    ["/rollouts/maxNewTokens=100", "/stages/sft-student/rollouts/maxNewTokens=100"],
    "/teacher/stage",
    "the teacher was made for",
  ],
  [
    "completions that may not end before they are cut",
    ["/evaluation/minNewTokens=99"],
    "/evaluation/minNewTokens",
    "tokens of a completion, got 99",
  ],
  ["a module that is not there", ['/rewards/-={ "module": "no.ts"}'], "/rewards/1", "expected a module at"],
  [
    "a reward normalised by groups of one",
    ["/rewards/0/normalize=group", "/rollouts/group=1", "/objective/baseline/type=batch-mean"],
    "/rewards/0/normalize",
    "expected a /rollouts/group of at least 2 to normalise by, such as 4, got 1",
  ],
  ["two rewards of one name", ['/rewards/-={"type": "exact-match"}'], "/rewards", "twice"],
  ["a stage that is not there", ["/student/stage=sft-studen"], "/student/stage", `no stage "sft-studen"; did you mean "sft-student"?`],
  ["a file without stages", ["/stages=null", "/teacher=null"], "/student/stage", `no stage "sft-student"; the file has no stages`],
  [
    "Nesterov's momentum without any",
    ['/training/optimizer={"type": "sgd", "learningRate": 0.1, "momentum": 0, "nesterov": true}'],
    "/training/optimizer",
    "sgd: expected a momentum above 0 with nesterov, got 0",
  ],
  [
    "a stage that starts from itself",
    ['/stages/teacher/student={"stage": "teacher"}'],
    "/stages/teacher/student/stage",
    "starts from itself: teacher -> teacher",
  ],
])("%s", (_name, overrides, pointer, message) => {
  test("is one mistake at its location", () => {
    expect(mistakes(...overrides)).toEqual([expect.objectContaining({ pointer, message: expect.stringContaining(message) as string })]);
  });
});

test("what a weight of zero leaves out is not needed", () => {
  expect(mistakes("/objective/alpha=0", "/teacher=null")).toEqual([]);
  expect(mistakes("/objective/alpha=1", "/rewards=[]")).toEqual([]);
});

test("all mistakes come at once, also those of stages that nobody needs", () => {
  const unused = JSON.stringify({
    student: { type: "ngram", order: 2 },
    objective: { type: "sft" },
    training: { steps: 1, optimizer: { type: "adamw", learningRate: 1 } },
  });
  expect(mistakes(`/stages/unused=${unused}`, "/training/batch=30", "/rewards=[]").map(({ pointer }) => pointer)).toEqual([
    "/training/batch",
    "/rewards",
    "/stages/unused/data/onPolicyFraction",
  ]);
});
