/** Tests of what a schema cannot say of evaluations. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { planSource } from "../../../src/experiments/planning/run-plan.ts";
import { ExperimentError } from "../../../src/experiments/file/problem.ts";
import { parseSource } from "../../../src/experiments/file/file-source.ts";

const valid = readFileSync("test/fixtures/experiments/valid.json", "utf8");

const problems = (...overrides: string[]): string[] => {
  try {
    planSource(parseSource("x.json", valid), overrides);
    return [];
  } catch (error) {
    if (!(error instanceof ExperimentError)) throw error;
    return error.message.split("\n");
  }
};

test("what fits is taken", () => {
  expect(problems('/evaluation/metrics=[{"type":"rouge"},{"type":"repetition"},{"type":"repetition","order":2}]')).toEqual([]);
  expect(
    problems('/evaluation/also={"sampled":{"temperature":1,"samples":4,"metrics":[{"type":"self-bleu"},{"type":"pass-at-k","k":4}]}}'),
  ).toEqual([]);
});

test("a measure needs its samples", () => {
  expect(problems('/evaluation/metrics=[{"type":"self-bleu"}]')).toEqual([
    'command line: /evaluation/metrics=[{"type":"self-bleu"}]: /evaluation/metrics/0: expected at least 2 samples of each prompt, got 1; raise "samples"',
  ]);
});

test("samples need a temperature, in the other ways too", () => {
  expect(problems("/evaluation/temperature=0", "/evaluation/samples=2").join()).toContain(
    "/evaluation/samples=2: expected 1 at temperature 0, where all are the same, got 2",
  );
  expect(problems('/evaluation/also={"b":{"samples":3}}').join()).toContain("/evaluation/also/b/samples: expected 1 at temperature 0");
});

test("beam search draws nothing, so what only says how to draw is refused beside it", () => {
  expect(problems("/evaluation/temperature=0", "/evaluation/beams=4", "/evaluation/lengthPenalty=0.6")).toEqual([]);
  expect(
    problems('/evaluation/also={"b":{"beams":4,"temperature":1,"topK":5,"samples":2}}').map((line) => line.replace(/^.*(?=\/b\/)/u, "")),
  ).toEqual([
    '/b/temperature: expected 0 beside "beams", which draw nothing, got 1',
    '/b/topK: expected none beside "beams", which draw nothing, got 5; leave it out',
    '/b/samples: expected none beside "beams", which draw nothing, got 2; leave it out',
  ]);
  expect(problems('/evaluation/also={"b":{"lengthPenalty":0.6}}').join()).toContain(
    '/evaluation/also/b/lengthPenalty: expected none without "beams", got 0.6; add "beams" or leave it out',
  );
  expect(problems('/evaluation/also={"b":{"beams":0}}').join()).toContain("/evaluation/also/b/beams");
});

test("the student is compared with one frozen teacher here, by each divergence once, on fewer tokens than all", () => {
  expect(problems("/evaluation/agreement={}", '/evaluation/also={"b":{"agreement":{"topK":3}}}')).toEqual([]);
  const agreement =
    '/evaluation/agreement={"divergences":[{"type":"forward-kl"},{"type":"jsd","beta":0},{"type":"forward-kl"}],"topK":999}';
  expect(problems(agreement).map((line) => line.replace(/^.*?(?=\/evaluation\/agreement\/)/u, ""))).toEqual([
    expect.stringContaining("/evaluation/agreement/divergences/1: jsd: expected beta inside (0, 1), got 0"),
    "/evaluation/agreement/divergences/2: forward-kl is measured by /evaluation/agreement/divergences/0 already; keep one",
    expect.stringMatching(/topK: expected fewer than the \d+ tokens of the vocabulary, got 999/u),
  ]);
  expect(problems("/evaluation/agreement={}", '/teacher={"server":{"url":"http://127.0.0.1:1/v1","model":"m"}}').join()).toContain(
    "/evaluation/agreement={}: expected a frozen teacher here to compare the student with, got one on a server; take a stage or a checkpoint",
  );
});

test("each metric is reported once", () => {
  expect(problems('/evaluation/metrics=[{"type":"rouge"},{"type":"rouge","stemmer":true}]').join()).toContain(
    "rouge-2 is reported by /evaluation/metrics/0 already; keep one",
  );
});

test("a completion that may not end is at most as long as one may be", () => {
  expect(problems('/evaluation/also={"b":{"minNewTokens":1000}}').join()).toContain(
    "/evaluation/also/b/minNewTokens: expected at most the",
  );
});

test("unknown measures are refused with the nearest known one", () => {
  expect(problems('/evaluation/metrics=[{"type":"rogue"}]').join()).toMatch(/rouge/);
});

test("entailment is asked of tasks that can tell", () => {
  expect(problems('/evaluation/metrics=[{"type":"entailment"}]').join()).toContain(
    "expected a task that can tell what is entailed, got arithmetic",
  );
});

test("rewards are measured where there are some, and no other way has the name of the evaluation's own", () => {
  expect(problems("/evaluation/rewards=true", '/evaluation/also={"b":{"rewards":false}}')).toEqual([]);
  expect(problems("/evaluation/rewards=true", "/rewards=[]", "/objective/alpha=1").join()).toContain(
    "/evaluation/rewards=true: expected false, or nothing, where /rewards has none to measure, got true",
  );
  expect(problems('/evaluation/also={"evaluation":{}}').join()).toContain(
    "/evaluation/also/evaluation: expected another name: evaluation/reward is what the evaluation itself measures",
  );
});
