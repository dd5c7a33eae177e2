/** Tests of types in words. */
import { expect, test } from "vitest";
import { typeText } from "../../../src/experiments/reference/type-text.ts";

const text = (schema: object): string => typeText({ definitions: { n: { type: "integer" } } }, { schema: schema as never, pointer: "" });
const member = (type: string) => ({ properties: { type: { const: type } }, required: ["type"] });

test.each([
  [{ $ref: "#/definitions/n" }, "a whole number"],
  [{ enum: ["a", "b", 3] }, '"a", "b" or 3'],
  [
    {
      anyOf: [
        { type: "number", minimum: 0 },
        { type: "object", properties: { from: {} } },
      ],
    },
    "a number of at least 0 or an object { from }",
  ],
  [{ oneOf: [member("jsd"), member("kl")] }, "an object whose type is jsd or kl"],
  [{ oneOf: ["a", "b", "c", "d", "e", "f", "g"].map(member) }, "an object whose type is one of 7"],
  // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema
  [{ if: {}, then: { required: ["stage"] }, else: member("llama") }, "an object with stage or type"],
  [{ type: "array", minItems: 1, items: { type: "string" } }, "a list of at least 1: a text"],
  [{ type: "array", minItems: 2, items: [{ type: "integer" }, { type: "integer" }] }, "a list [a whole number, a whole number]"],
  [{ type: "object", additionalProperties: { type: "boolean" } }, "an object, by names: true or false"],
  [{}, "any value"],
])("%j", (schema, words) => {
  expect(text(schema)).toBe(words);
});
