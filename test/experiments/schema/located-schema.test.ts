/** Tests of going into schemas. */
import { expect, test } from "vitest";
import { alternatives, inside, referred, schemaAt, typeOf } from "../../../src/experiments/schema/located-schema.ts";

const document = {
  definitions: { size: { type: "integer" } },
  properties: {
    size: { $ref: "#/definitions/size" },
    // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema
    either: { if: {}, then: { type: "null" }, else: { anyOf: [{ $ref: "#/definitions/size" }, { type: "object" }] } },
  },
};

test("references and choices are followed, each with its pointer in the document", () => {
  const size = schemaAt(document, "/properties/size");
  expect(referred(document, size)).toEqual({ schema: { type: "integer" }, pointer: "/definitions/size" });
  expect(alternatives(document, schemaAt(document, "/properties/either")).map(({ pointer }) => pointer)).toEqual([
    "/properties/either/then",
    "/definitions/size",
    "/properties/either/else/anyOf/1",
  ]);
});

test("a key leads into an object's properties, its patterns and its other names, or into a list", () => {
  const pointers = (schema: object, key: string) => inside({ schema: schema as never, pointer: "" }, key).map(({ pointer }) => pointer);
  const object = { properties: { a: {}, no: false }, patternProperties: { "^b": {} }, additionalProperties: {} };
  expect(pointers(object, "a")).toEqual(["/properties/a"]);
  expect(pointers(object, "no")).toEqual([]);
  expect(pointers(object, "bc")).toEqual(["/patternProperties/^b"]);
  expect(pointers(object, "c")).toEqual(["/additionalProperties"]);
  expect(pointers({ items: {} }, "3")).toEqual(["/items"]);
  expect(pointers({ items: [{}, {}] }, "1")).toEqual(["/items/1"]);
  expect(pointers({ items: [{}, {}] }, "2")).toEqual([]);
  expect(pointers({ properties: {} }, "constructor")).toEqual([]);
});

test("the type of a family's member is its constant", () => {
  expect(typeOf({ properties: { type: { const: "jsd" } } })).toBe("jsd");
  expect(typeOf({ properties: { type: { type: "string" } } })).toBeUndefined();
});
