/** Tests of the rules about how much a teacher's server is asked for. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { expand } from "../../../src/experiments/file/drafts.ts";
import { parseSource } from "../../../src/experiments/file/file-source.ts";
import { parseOverrides } from "../../../src/experiments/file/overrides.ts";
import { answerSizeMistakes } from "../../../src/experiments/rules/server-answer-rules.ts";
import { checker, type Mistake } from "../../../src/experiments/schema/check.ts";
import { experimentSchema, type ExperimentValues } from "../../../src/experiments/schema/experiment-schema.ts";
import { runValues, type TrainingValues } from "../../../src/experiments/schema/trainings.ts";
import { tasks } from "../../../src/tasks/index.ts";
import { taskValues } from "../../fixtures/recipes.ts";

const path = "test/fixtures/experiments/valid.json";
const source = parseSource(path, readFileSync(path, "utf8"));
const check = checker<ExperimentValues>(experimentSchema);
const server = '/teacher={"server": {"url": "http://127.0.0.1:8000", "model": "big"}}';
const mixture = (second: string): string =>
  `/teacher={"mixture": [{"teacher": {"stage": "teacher"}, "weight": 2}, {"teacher": ${second}}]}`;

describe("how much a server is asked for", () => {
  const large = 49_152;
  const task = tasks.create(taskValues, { seed: 5 });
  const valuesOf = (...overrides: string[]): TrainingValues => {
    const checked = check(expand(source, parseOverrides([server, ...overrides])).drafts[0]!.value);
    if ("mistakes" in checked) throw new Error(JSON.stringify(checked.mistakes));
    return runValues(checked.values);
  };
  const sizes = (...overrides: string[]): readonly Mistake[] => {
    return answerSizeMistakes(valuesOf("/rollouts/maxNewTokens=100", ...overrides), task, large);
  };
  const topK = '/objective={"type": "distillation", "divergence": {"type": "forward-kl"}, "topK": 64}';
  const generate = '/teacher/server/endpoint="generate"';

  test("all log-probs of a large vocabulary are more than one list holds: before the run, with what would fit", () => {
    expect(sizes()).toEqual([{ pointer: "/teacher/server/endpoint", part: "key", message: expect.any(String) as string }]);
    expect(sizes()[0]!.message).toMatch(
      /^expected answers of at most 42 tokens .* all 49152 log-probs each, got up to 10\d \(3\.7 MB a token\); take "topK" .*\(64: 0\.0049 MB a token, 1[67] MB a step at most\), or "endpoint": "generate" .*\(0\.26 MB a token, 8[6-9]0 MB a step at most\)$/u,
    );
  });

  test("in parts, of the likeliest, or of a small vocabulary they fit", () => {
    expect(sizes(generate)).toEqual([]);
    expect(sizes(topK)).toEqual([]);
    expect(sizes("/rollouts/maxNewTokens=30")).toEqual([]);
    expect(answerSizeMistakes(valuesOf(), task, 100)).toEqual([]);
  });

  test("many of the likeliest are a list from either endpoint", () => {
    const many = topK.replace("64", "40000");
    expect(sizes(many)[0]!.message).toMatch(/^expected answers of at most 52 tokens .* 40000 log-probs each/u);
    expect(sizes(many, generate)).toHaveLength(1);
  });

  test("of a mixture all are asked for, whatever the objective reads", () => {
    const mixed = mixture('{"server": {"url": "http://127.0.0.1:8000", "model": "big"}}');
    expect(sizes(topK, mixed)).toMatchObject([{ pointer: "/teacher/mixture/1/teacher/server/endpoint" }]);
  });
});
