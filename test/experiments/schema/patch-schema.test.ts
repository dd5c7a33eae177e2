/** Tests of schemas of patches. */
import { Ajv } from "ajv";
import { expect, test } from "vitest";
import type { JsonObject } from "../../../src/files/json.ts";
import { patchSchema } from "../../../src/experiments/schema/patch-schema.ts";

const document: JsonObject = {
  definitions: {
    shape: {
      type: "object",
      oneOf: [
        {
          type: "object",
          properties: { type: { const: "circle", type: "string" }, radius: { type: "number" } },
          required: ["type", "radius"],
          additionalProperties: false,
        },
        {
          type: "object",
          properties: { type: { const: "box", type: "string" }, sides: { type: "array", items: { type: "number" }, minItems: 1 } },
          required: ["type"],
          additionalProperties: false,
        },
      ],
    },
    whole: {
      type: "object",
      properties: {
        shape: { $ref: "#/definitions/shape" },
        size: { type: ["number", "object"], minimum: 1, properties: { from: { type: "number" } }, required: ["from"] },
        named: { type: "object", additionalProperties: { $ref: "#/definitions/shape" } },
      },
      required: ["shape"],
      additionalProperties: false,
    },
  },
};

const validate = new Ajv({ strict: false }).compile({ ...document, ...patchSchema(document, "/definitions/whole") });

test.each([
  {},
  { shape: null },
  { shape: { radius: 2 } },
  // What it is merged into may be either, and become the other.
  { shape: { type: "box", radius: null, sides: [1] } },
  { size: 3 },
  { size: {} },
  { size: { from: null } },
  { named: { a: { radius: 1 }, b: null } },
])("%j is a patch", (patch) => {
  expect(validate(patch)).toBe(true);
});

test.each([
  { other: 1 },
  { shape: { width: null } },
  { shape: { type: "line" } },
  { shape: { radius: "x" } },
  { shape: { sides: [] } },
  { shape: { sides: [null] } },
  { size: 0 },
  { size: { from: "x" } },
  { named: { a: { radius: "x" } } },
  { named: [] },
])("%j is none", (patch) => {
  expect(validate(patch)).toBe(false);
});
