/** Tests of what a schema expects, in words. */
import { expect, test } from "vitest";
import { expectation, quoted } from "../../../src/experiments/schema/expectation.ts";

test.each([
  [{ type: "number", minimum: 0, maximum: 1 }, "a number from 0 to 1"],
  [{ type: "integer", exclusiveMinimum: 0, maximum: 9 }, "a whole number above 0 and of at most 9"],
  [{ type: ["number", "object"], minimum: 0, properties: { from: {} } }, "a number of at least 0, or an object { from }"],
  [{ type: "boolean" }, "true or false"],
])("%j", (schema, words) => {
  expect(expectation(schema)).toBe(words);
});

test("long values are cut", () => {
  expect(quoted("a".repeat(100))).toHaveLength(60);
  expect(quoted(undefined)).toBe("undefined");
});
