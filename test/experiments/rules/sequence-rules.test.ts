/** Tests of the rules about where sequences come from. */
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

/** The run without rewards, imitating on sequences of others alone. */
const supervised = ["/objective/alpha=1", "/rewards=[]", "/data/onPolicyFraction=0"];

/** A policy gradient with importance weights. */
const weighed = ['/objective={"type": "policy-gradient"}'];

describe.each<[string, string[], string, string]>([
  [
    "a behavior with a teacher that is not there",
    ['/stages/teacher/rollouts={"behavior": {"type": "speculative"}}'],
    "/stages/teacher/rollouts/behavior/type",
    `got "speculative": it draws from a teacher too, and there is none`,
  ],
  [
    "a teacher that is to write and is not there",
    ['/stages/teacher/data={"onPolicyFraction": 0, "offPolicy": "teacher"}'],
    "/stages/teacher/data/offPolicy",
    `expected "references", got "teacher": there is no teacher that could write`,
  ],
  [
    "a policy gradient on what the teacher wrote too",
    ['/rollouts/behavior={"type": "teacher-mixed"}'],
    "/rollouts/behavior/type",
    `expected "student", got "teacher-mixed": reinforce takes every completion for the student's own`,
  ],
  [
    "a policy gradient on the likeliest tokens alone",
    ["/rollouts/topP=0.9", "/rollouts/repetitionPenalty=1"],
    "/rollouts/topP",
    "expected nothing but a temperature, got 0.9: reinforce takes every completion for the student's own",
  ],
  [
    "one term of a sum that gets no sequences",
    [
      '/objective={"type": "weighted-sum", "terms": [{"weight": 1, "objective": {"type": "sft"}}, {"weight": 1, "objective": {"type": "reinforce"}}]}',
    ],
    "/data/onPolicyFraction",
    "expected less than 1, got 1: sft needs sequences that the student has not sampled",
  ],
  [
    "a ramp of student's samples for an objective that learns from others",
    ['/stages/teacher/data/onPolicyFraction={"from": 0, "to": 0.5}'],
    "/stages/teacher/data/onPolicyFraction",
    "expected 0, got 0.5: sft learns nothing from the student",
  ],
  [
    "an actor-critic on what the teacher wrote too",
    ['/objective={"type": "actor-critic"}', '/rollouts/behavior={"type": "teacher-mixed"}'],
    "/rollouts/behavior/type",
    "actor-critic takes every completion for the student's own",
  ],
  [
    "a KL without importance weights on what older weights drew",
    [
      '/objective={"type": "weighted-sum", "terms": [{"weight": 1, "objective": {"type": "grpo"}}, {"weight": 1, "objective": {"type": "sampled-kl", "to": "teacher"}}]}',
      "/data/replay={}",
    ],
    "/data/replay",
    "sampled-kl-2 takes every completion for the student's own, of now",
  ],
  [
    "a policy gradient that takes several steps on a batch",
    ["/training/updates=2"],
    "/training/updates",
    "expected 1, got 2: reinforce takes every completion for the student's own, of now",
  ],
  [
    "tokens that were drawn at another temperature than the loss's",
    ["/rollouts/temperature=0.7"],
    "/rollouts/temperature",
    "expected the student temperature of reinforce, 1, got 0.7: the gradient would be that of a distribution which drew no token",
  ],
  [
    "a policy gradient on what older weights drew",
    ["/data/replay={}"],
    "/data/replay",
    "expected nothing to be replayed: reinforce takes every completion for the student's own, of now",
  ],
  [
    "a policy gradient on what weights drew that are steps behind",
    ["/rollouts/maxStaleness=2"],
    "/rollouts/maxStaleness",
    "expected 0, got 2: reinforce takes every completion for the student's own, of now",
  ],
  [
    "steps that are drawn before lambda is known",
    [...weighed, "/data/onPolicyFraction=0.5", "/data/adaptive={}", "/evaluation/every=5", "/rollouts/maxStaleness=1"],
    "/rollouts/maxStaleness",
    "expected 0, got 1: /data/adaptive moves lambda at evaluations, and the steps that follow are drawn before them",
  ],
  [
    "steps that are drawn before the buffer is filled",
    [...weighed, "/data/replay={}", "/rollouts/maxStaleness=1"],
    "/rollouts/maxStaleness",
    "expected 0, got 1: /data/replay draws from what earlier steps have left",
  ],
  [
    "steps that are scored before the teacher is the student's average",
    [
      '/objective={"type": "distillation", "divergence": {"type": "reverse-kl"}}',
      '/teacher={"student": "average"}',
      "/rewards=[]",
      "/rollouts/maxStaleness=1",
    ],
    "/rollouts/maxStaleness",
    "expected 0, got 1: the teacher at /teacher is the student's average after each step",
  ],
  [
    "a buffer that is smaller than a group",
    ['/data/replay={"capacity": 3, "fresh": 1}'],
    "/data/replay/capacity",
    "expected at least /rollouts/group = 4, got 3",
  ],
  [
    "an adaptive lambda that is never looked at",
    ["/data/onPolicyFraction=0", "/data/adaptive={}", "/evaluation/every=0"],
    "/evaluation/every",
    "expected more than 0, got 0",
  ],
  [
    "an adaptive lambda that cannot rise",
    ["/data/adaptive={}", "/evaluation/every=5"],
    "/data/onPolicyFraction",
    'expected a number below 1, from which "adaptive" lets it rise, got 1',
  ],
  [
    "an adaptive lambda and a ramp",
    ['/data/onPolicyFraction={"from": 0, "to": 0.5}', "/data/adaptive={}", "/evaluation/every=5"],
    "/data/onPolicyFraction",
    "got a ramp",
  ],
  [
    "more prompts to validate with than are left over",
    ["/data/onPolicyFraction=0", '/data/adaptive={"prompts": 11}', "/data/examples=390", "/evaluation/every=5"],
    "/data/adaptive/prompts",
    "expected at most 10 of the task's 400 training prompts to be left over, such as 10, got 11",
  ],
])("%s", (_name, overrides, pointer, message) => {
  test("is one mistake at its location", () => {
    expect(mistakes(...overrides)).toEqual([expect.objectContaining({ pointer, message: expect.stringContaining(message) as string })]);
  });
});

test("sequences of each source may be learned from by whoever can", () => {
  expect(mistakes(...supervised)).toEqual([]);
  expect(mistakes(...supervised, "/data/offPolicy=teacher")).toEqual([]);
  expect(mistakes('/data/onPolicyFraction={"from": 1, "to": 0}')).toEqual([]);
  expect(mistakes("/data/onPolicyFraction=0", "/data/adaptive={}", "/evaluation/every=5")).toEqual([]);
  expect(mistakes("/objective/alpha=1", "/rewards=[]", "/data/replay={}")).toEqual([]);
  expect(mistakes('/data/replay={"fresh": 1}')).toEqual([]);
  expect(mistakes("/rollouts/temperature=0.7", "/objective/studentTemperature=0.7")).toEqual([]);
  expect(mistakes("/rollouts/temperature=0.7", "/objective/alpha=1", "/rewards=[]")).toEqual([]);
  expect(mistakes('/objective={"type": "grpo"}', "/training/updates=2", "/data/replay={}")).toEqual([]);
  expect(mistakes("/objective/alpha=1", "/rewards=[]", '/rollouts/behavior={"type": "speculative"}')).toEqual([]);
  expect(mistakes("/objective/alpha=1", "/rewards=[]", "/rollouts/topP=0.9", "/rollouts/minNewTokens=2", "/evaluation/topK=3")).toEqual([]);
  expect(mistakes("/teacher=null", "/objective/alpha=0", "/data/offPolicy=teacher")).toEqual([]);
});
