/** Tests of the schema of experiment files. */
import { moduleKeyword } from "../../../src/plugins/module-keyword.ts";
import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import { describe, expect, test } from "vitest";
import { schemaText } from "../../../src/cli/commands/schema.ts";
import { checker } from "../../../src/experiments/schema/check.ts";
import { isObject, valueAt, type Json, type JsonObject } from "../../../src/files/json.ts";
import { fileSchema } from "../../../src/experiments/schema/file-schema.ts";
import { experimentSchema, type ExperimentValues } from "../../../src/experiments/schema/experiment-schema.ts";

const objects = function* (schema: Json): Generator<JsonObject> {
  if (Array.isArray(schema)) for (const inner of schema as readonly Json[]) yield* objects(inner);
  if (!isObject(schema)) return;
  if (isObject(schema["properties"]) && schema["type"] === "object") yield schema;
  for (const inner of Object.values(schema)) yield* objects(inner);
};

describe("the published schema", () => {
  test("is up to date: npx retort-rl schema > schema/experiment.json", () => {
    expect(readFileSync(new URL("../../../schema/experiment.json", import.meta.url), "utf8")).toBe(schemaText());
  });

  test("can be used by any validator: no keyword that only ours knows decides", () => {
    const ajv = new Ajv({ strict: false });
    const validate = ajv.compile(fileSchema);
    const minimal = {
      question: "?",
      task: { type: "arithmetic" },
      student: { type: "ngram", order: 2 },
      objective: { type: "sft" },
      training: { steps: 1, optimizer: { type: "adamw", learningRate: 1 } },
    };
    expect(validate(minimal)).toBe(true);
    expect(validate({ ...minimal, student: { stage: "x", order: 2 } })).toBe(false);
    expect(validate({ ...minimal, objective: { type: "no" } })).toBe(false);
  });

  test("refuses unknown keys everywhere", () => {
    const open = [...objects(experimentSchema)].filter(
      (schema) => schema["additionalProperties"] !== false && schema[moduleKeyword] === undefined,
    );
    // A module's own schema checks its parameters. A variant is a patch: what it merges into is checked.
    expect(open.map((schema) => Object.keys(schema["properties"] as JsonObject))).toEqual([
      ["label", "stages", "variants", "sweep", "claims"],
    ]);
  });

  test("requires nothing that has a default", () => {
    for (const { properties, required } of objects(experimentSchema)) {
      for (const key of (required ?? []) as readonly string[]) {
        expect((properties as Readonly<Record<string, JsonObject>>)[key]?.["default"], key).toBeUndefined();
      }
    }
  });
});

test("sections that are left out are filled", () => {
  const result = checker<ExperimentValues>(experimentSchema)({
    question: "?",
    task: { type: "arithmetic" },
    student: { type: "ngram", order: 2 },
    objective: { type: "reinforce" },
    training: { steps: 1, optimizer: { type: "adamw", learningRate: 1 } },
  });
  expect(result).toMatchObject({
    values: {
      seed: 0,
      engine: "auto",
      rewards: [],
      data: { onPolicyFraction: 1, mixing: "step" },
      rollouts: { group: 4, temperature: 1 },
      training: { batch: 64, schedule: { warmup: 0, decay: "linear" }, optimizer: { beta2: 0.999 } },
      evaluation: { every: 0, temperature: 0 },
      objective: { baseline: { type: "leave-one-out" } },
    },
  });
  expect(result).not.toHaveProperty("values.teacher");
  expect(result).not.toHaveProperty("values.stages");
});

test.each(Object.entries({ experimentSchema, fileSchema }))("every property says what it is: %s", (_name, document) => {
  const at = (pointer: string): Json => valueAt(document, pointer)!;
  const described = (schema: Json): boolean => {
    if (!isObject(schema)) return true;
    if (typeof schema["$ref"] === "string") return schema["description"] !== undefined || described(at(schema["$ref"].slice(1)));
    return schema["description"] !== undefined || schema["const"] !== undefined;
  };
  const silent: string[] = [];
  const walk = (schema: Json, pointer: string): void => {
    const properties = isObject(schema) ? schema["properties"] : undefined;
    for (const [key, property] of Object.entries(isObject(properties) ? properties : {}))
      if (!described(property)) silent.push(`${pointer}/properties/${key}`);
    for (const [key, inner] of Object.entries(typeof schema === "object" && schema !== null ? schema : {}))
      if (!["default", "enum", "const", "examples"].includes(key)) walk(inner, `${pointer}/${key}`);
  };
  walk(document, "");
  expect(silent).toEqual([]);
});
