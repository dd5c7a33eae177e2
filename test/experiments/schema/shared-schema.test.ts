/** Tests of schemas whose parts are written once. */
import { expect, test } from "vitest";
import type { JsonObject } from "../../../src/files/json.ts";
import { sharedSchema } from "../../../src/experiments/schema/shared-schema.ts";

const description = "x".repeat(200);
const part = (): JsonObject => ({ type: "object", properties: { deep: { type: "number", description } } });

test("an equal part is a reference to the first, and references into it lead there", () => {
  const schema = {
    definitions: { a: part(), b: { anyOf: [part(), { type: "null" }] }, c: { $ref: "#/definitions/b/anyOf/0/properties/deep" } },
    properties: { "x/y": part(), z: { $ref: "#/properties/x~1y/properties/deep" } },
  };
  expect(sharedSchema(schema)).toEqual({
    definitions: {
      a: part(),
      b: { anyOf: [{ $ref: "#/definitions/a" }, { type: "null" }] },
      c: { $ref: "#/definitions/a/properties/deep" },
    },
    properties: { "x/y": { $ref: "#/definitions/a" }, z: { $ref: "#/definitions/a/properties/deep" } },
  });
});

test("values are no schemas, and small parts stay", () => {
  const value = { a: { text: description } };
  const schema = { properties: { a: { default: value, enum: [value] }, b: { type: "null" }, c: { type: "null" } } };
  expect(sharedSchema(schema)).toEqual(schema);
});
