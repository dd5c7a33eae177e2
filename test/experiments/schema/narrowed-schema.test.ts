/** A narrowed schema takes and fills in what the whole one does, and nothing that it would refuse. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { Ajv, type Options } from "ajv";
import { moduleKeywordDefinition } from "../../../src/plugins/module-keyword.ts";
import { describe, expect, test } from "vitest";
import { checker } from "../../../src/experiments/schema/check.ts";
import { expand } from "../../../src/experiments/file/drafts.ts";
import { readExperiment } from "../../../src/experiments/file/extended-source.ts";
import type { Json, JsonObject } from "../../../src/files/json.ts";
import { narrowedSchema, typesIn, typesOfDefaults } from "../../../src/experiments/schema/narrowed-schema.ts";
import { experimentSchema } from "../../../src/experiments/schema/experiment-schema.ts";

const options: Options = {
  keywords: [moduleKeywordDefinition],
  allErrors: true,
  discriminator: true,
  useDefaults: true,
  strict: true,
  allowUnionTypes: true,
  inlineRefs: false,
};
const whole = new Ajv(options).compile(experimentSchema);
const filled = (value: Json): Json | undefined => {
  const copy = structuredClone(value);
  return whole(copy) ? copy : undefined;
};

const files = ["experiments", "experiments/paper", "experiments/paper/full"].flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .map((name) => join(folder, name)),
);

/** The first run of a file. */
const draftOf = (path: string): JsonObject => expand(readExperiment(path), []).drafts[0]!.value as JsonObject;

describe("every shipped experiment", () => {
  test.each(files)("%s is filled in as by the whole schema", (path) => {
    const { variants: _variants, ...value } = draftOf(path);
    const types = new Set([...typesIn(value), ...typesOfDefaults(experimentSchema)]);
    const narrowed = new Ajv(options).compile(narrowedSchema(experimentSchema, types));
    const copy = structuredClone(value);
    // What a sweep sets is missing in some.
    expect(narrowed(copy) ? copy : undefined).toEqual(filled(value));
  });
});

const value = {
  question: "?",
  task: { type: "arithmetic" },
  student: { type: "ngram", order: 2 },
  objective: { type: "sft" },
  training: { steps: 1, optimizer: { type: "adamw", learningRate: 1 } },
};
const size = (schema: JsonObject): number => JSON.stringify(schema).length;

test("only the members that are named are left, and those of defaults", () => {
  const types = typesIn(value);
  expect([...types].toSorted()).toEqual(["adamw", "arithmetic", "ngram", "sft"]);
  expect(typesOfDefaults(experimentSchema).has("student")).toBe(true);
  const narrowed = narrowedSchema(experimentSchema, types);
  expect(size(narrowed)).toBeLessThan(size(experimentSchema) / 3);
  expect(narrowedSchema(experimentSchema, types)).toEqual(narrowed);
});

test("mistakes are said with all that there might have been, also where another value came before", () => {
  const check = checker(experimentSchema);
  expect(check(value)).toEqual({ values: filled(value) });
  const mistakes = (changes: JsonObject) => {
    const checked = check({ ...value, ...changes });
    return "mistakes" in checked ? checked.mistakes.map(({ message }) => message) : [];
  };
  expect(mistakes({ objective: { type: "reinforced" } })[0]).toMatch(/did you mean "reinforce"\?/u);
  expect(mistakes({ objective: { type: "arithmetic" } })[0]).toMatch(/unknown type "arithmetic".*"sft"/u);
  expect(mistakes({ rewards: [{ type: "exact-match", weigth: 1 }] })[0]).toMatch(/did you mean "weight"\?/u);
  expect(check({ ...value, rewards: [{ type: "well-formed" }] })).toEqual({
    values: filled({ ...value, rewards: [{ type: "well-formed" }] }),
  });
});

test("a checker of many unlike values takes each as the whole schema does", () => {
  const check = checker(experimentSchema);
  for (const type of ["exact-match", "well-formed", "entailment", "exact-match", "sft", "entailment", "well-formed"]) {
    const one = { ...value, rewards: [{ type }] };
    const expected = filled(one);
    const checked = check(one);
    if (expected === undefined) expect("mistakes" in checked).toBe(true);
    else expect(checked).toEqual({ values: expected });
  }
});
