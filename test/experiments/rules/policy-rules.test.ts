/** Tests of the rules about the policies of a training. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { checker, type Mistake } from "../../../src/experiments/schema/check.ts";
import { expand } from "../../../src/experiments/file/drafts.ts";
import { parseOverrides } from "../../../src/experiments/file/overrides.ts";
import { policyMistakes } from "../../../src/experiments/rules/policy-rules.ts";
import { experimentSchema, type ExperimentValues } from "../../../src/experiments/schema/experiment-schema.ts";
import { FileContext } from "../../../src/experiments/inputs/file-context.ts";
import { parseSource } from "../../../src/experiments/file/file-source.ts";
import { runValues, stageValues } from "../../../src/experiments/schema/trainings.ts";

const path = "test/fixtures/experiments/valid.json";
const source = parseSource(path, readFileSync(path, "utf8"));

const check = checker<ExperimentValues>(experimentSchema);

const mistakes = (overrides: readonly string[], stage?: string): Mistake[] => {
  const checked = check(expand(source, parseOverrides(overrides)).drafts[0]!.value);
  if ("mistakes" in checked) throw new Error(JSON.stringify(checked.mistakes));
  const file = checked.values;
  const values = stage === undefined ? runValues(file) : stageValues(file, stage);
  return policyMistakes(file, values, new FileContext());
};

test("a student of some of a stage's layers is sound when the stage has them", () => {
  expect(mistakes(['/student={"stage": "teacher", "layers": [1]}'])).toEqual([]);
  expect(mistakes(['/student={"stage": "teacher", "layers": [1, 0, 1]}'])).toEqual([]);
});

test("layers that the stage has not are a mistake at their location", () => {
  const message = "layers: expected numbers from 0 to 1, since there are 2, got 2";
  expect(mistakes(['/student={"stage": "teacher", "layers": [0, 2]}'])).toEqual([{ pointer: "/student/layers", part: "whole", message }]);
});

test("layers of a policy that has none are refused by its name", () => {
  const found = mistakes(['/stages/teacher/student={"type": "ngram", "order": 2}', '/student={"stage": "teacher", "layers": [0]}']);
  expect(found.map(({ message }) => message)).toEqual(["layers: expected a policy made of layers, got a retort-ngram"]);
});

test("a student that cannot be made is a mistake of its own training alone", () => {
  const broken = ["/stages/sft-student/student/heads=5"];
  expect(mistakes(broken, "sft-student")).toEqual([
    { pointer: "/student", part: "whole", message: expect.stringContaining("expected width to be a multiple") as string },
  ]);
  expect(mistakes(broken)).toEqual([]);
});

test("what is frozen or gets adapters is sound when the student has it", () => {
  expect(mistakes(['/training/freeze=["embed_tokens", "layers.0.mlp"]'])).toEqual([]);
  expect(mistakes(['/training/adapters={"targets": ["q_proj", "layers.0-3.mlp"]}'])).toEqual([]);
});

test("what is frozen or gets adapters is a mistake when the student has it not, or when nothing is left", () => {
  expect(mistakes(['/training/freeze=["layers.1"]'])).toEqual([
    {
      pointer: "/training/freeze",
      part: "whole",
      message: expect.stringMatching(
        /^freeze: expected a part of a name, got "layers.1", which fits none of 11; the nearest are layers.0,/u,
      ) as string,
    },
  ]);
  const both = ['/training/freeze=["mlp"]', '/training/adapters={"targets": ["mlp"]}'];
  expect(mistakes(both).map(({ pointer }) => pointer)).toEqual(["/training/freeze"]);
  expect(mistakes(['/training/adapters={"targets": ["embed_tokens"]}']).map(({ pointer, message }) => `${pointer}: ${message}`)).toEqual([
    expect.stringMatching(/^\/training\/adapters\/targets: adapters: expected .* got "embed_tokens", which fits none of 7/u),
  ]);
  expect(mistakes(['/training/freeze=["model"]'])[0]?.message).toContain("expected something to be left to train");
});

test("who cannot read as much as the training needs is named", () => {
  const found = mistakes(["/rollouts/maxNewTokens=100"]);
  expect(found.map(({ pointer }) => pointer)).toEqual(["/student", "/teacher/stage"]);
  expect(found[0]?.message).toMatch(/^the student was made for \d+ tokens of prompt and completion, and this training needs 1\d\d;/u);
});
