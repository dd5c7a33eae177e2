/** Tests of schemas that choose by a key. */
import { Type } from "@sinclair/typebox";
import { Ajv } from "ajv";
import { expect, test } from "vitest";
import { having } from "../../src/plugins/having.ts";

test("an object that has the key is checked by the one schema, any other by the other", () => {
  const closed = { additionalProperties: false };
  const schema = { type: "object", ...having("a", Type.Object({ a: Type.Number() }, closed), Type.Object({ b: Type.Number() }, closed)) };
  const check = new Ajv().compile(schema);
  expect([{ a: 1 }, { b: 1 }, { a: 1, b: 1 }, { a: "1" }, {}].map((value) => check(value))).toEqual([true, true, false, false, false]);
});
