/** Tests of schemas without other keys. */
import { Type } from "@sinclair/typebox";
import { Ajv } from "ajv";
import { expect, test } from "vitest";
import { closedObject } from "../../src/plugins/closed-object.ts";

test("a key that is not named is refused, and options are kept", () => {
  const schema = closedObject({ a: Type.Number(), b: Type.Optional(Type.Number()) }, { description: "Two numbers." });
  const validate = new Ajv().compile(schema);
  expect([{ a: 1 }, { a: 1, b: 2 }, { a: 1, c: 2 }, {}].map((value) => validate(value))).toEqual([true, true, false, false]);
  expect(schema.description).toBe("Two numbers.");
});
