/** Tests of values against a schema, and of what is said of mistakes. */
import { describe, expect, test } from "vitest";
import { checker, type Mistake } from "../../../src/experiments/schema/check.ts";
import type { Json, JsonObject } from "../../../src/files/json.ts";

const schema: JsonObject = {
  type: "object",
  additionalProperties: false,
  required: ["steps", "part"],
  properties: {
    steps: { type: "integer", minimum: 1, description: "How many." },
    rate: { type: "number", exclusiveMinimum: 0, maximum: 1, default: 0.5 },
    share: { type: "number", minimum: 0, maximum: 1, default: 1 },
    decay: { enum: ["constant", "linear", "cosine"], default: "linear" },
    part: {
      type: "object",
      discriminator: { propertyName: "type" },
      oneOf: [
        {
          type: "object",
          additionalProperties: false,
          required: ["type"],
          properties: { type: { const: "jsd", type: "string" }, beta: { type: "number", default: 0.5 } },
        },
        { type: "object", additionalProperties: false, required: ["type"], properties: { type: { const: "forward-kl", type: "string" } } },
      ],
    },
    nested: { type: "object", additionalProperties: false, default: {}, properties: { a: { type: "boolean", default: true } } },
    named: { type: "object", propertyNames: { pattern: "^[a-z]+$" }, additionalProperties: { type: "string" } },
    banned: false,
    ramp: { type: ["number", "object"], minimum: 0, properties: { from: { type: "number" }, to: { type: "number" } } },
  },
};

const check = checker<JsonObject>(schema);
const mistakes = (value: Json): readonly Mistake[] => {
  const result = check(value);
  return "mistakes" in result ? result.mistakes : [];
};
const sound = { steps: 1, part: { type: "jsd" } };

describe("checker", () => {
  test("fills in defaults, also inside of chosen parts, and leaves what it was given alone", () => {
    const given = structuredClone(sound);
    expect(check(given)).toEqual({
      values: { steps: 1, rate: 0.5, share: 1, decay: "linear", part: { type: "jsd", beta: 0.5 }, nested: { a: true } },
    });
    expect(given).toEqual(sound);
  });

  test("defaults are not shared between values", () => {
    const [a, b] = [check(sound), check(sound)];
    expect("values" in a && "values" in b && a.values["nested"] !== b.values["nested"]).toBe(true);
  });

  test.each<[string, Json, string, string]>([
    ["an unknown key", { ...sound, step: 2 }, "/step", 'unknown key "step"; did you mean "steps"?'],
    [
      "a key like no other",
      { ...sound, zzzzzzz: 2 },
      "/zzzzzzz",
      'unknown key "zzzzzzz"; known: steps, rate, share, decay, part, nested, named, banned, ramp',
    ],
    ["a missing key", { part: { type: "jsd" } }, "", 'missing key "steps" (How many.), such as "steps": 300'],
    ["a wrong type", { ...sound, steps: "x" }, "/steps", 'expected a whole number of at least 1, such as 300, got "x"'],
    [
      "none of several types",
      { ...sound, ramp: "x" },
      "/ramp",
      'expected a number of at least 0, or an object { from, to }, such as 0.5, got "x"',
    ],
    ["a number below its range", { ...sound, steps: 0 }, "/steps", "expected a whole number of at least 1, such as 300, got 0"],
    ["a number outside of an open range", { ...sound, rate: 0 }, "/rate", "expected a number above 0 and of at most 1, such as 0.5, got 0"],
    ["a number outside of a closed range", { ...sound, share: 2 }, "/share", "expected a number from 0 to 1, such as 1, got 2"],
    [
      "an unknown choice",
      { ...sound, decay: "cosin" },
      "/decay",
      'expected one of "constant", "linear", "cosine", got "cosin"; did you mean "cosine"?',
    ],
    ["a part without type", { ...sound, part: {} }, "/part", 'missing key "type": one of "jsd", "forward-kl"'],
    [
      "an unknown type",
      { ...sound, part: { type: "forwrd-kl" } },
      "/part/type",
      'unknown type "forwrd-kl"; did you mean "forward-kl"? expected one of "jsd", "forward-kl"',
    ],
    ["a type that is no text", { ...sound, part: { type: 3 } }, "/part/type", 'unknown type 3; expected one of "jsd", "forward-kl"'],
    ["another part's key", { ...sound, part: { type: "forward-kl", beta: 1 } }, "/part/beta", 'unknown key "beta"; known: type'],
    ["a text for an object", { ...sound, part: "jsd" }, "/part", 'expected an object {...}, such as {"type":"jsd"}, got "jsd"'],
    ["a bad name", { ...sound, named: { "../x": "a" } }, "/named/..~1x", "expected a name of letters"],
    ["a banned key", { ...sound, banned: 1 }, "/banned", `the key "banned" can't be here`],
    ["null", null, "", "expected an object {...}, got null"],
  ])("says %s once", (_name, value, pointer, message) => {
    expect(mistakes(value)).toEqual([expect.objectContaining({ pointer, message: expect.stringContaining(message) as string })]);
  });

  test("says everything at once", () => {
    expect(mistakes({ steps: 0, part: { type: "x" }, rate: 3, a: 1 })).toHaveLength(4);
  });

  test("a misspelt key is not said to be missing too", () => {
    expect(mistakes({ stepz: 1, part: { type: "jsd" } }).map(({ message }) => message)).toEqual([
      'unknown key "stepz"; did you mean "steps"?',
    ]);
  });

  test("long values are cut", () => {
    expect(mistakes({ ...sound, steps: "x".repeat(1000) })[0]?.message.length).toBeLessThan(120);
  });
});
