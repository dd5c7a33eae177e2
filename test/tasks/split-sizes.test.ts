/** Tests of the sizes of a generated task's splits. */
import { Value } from "@sinclair/typebox/value";
import { expect, test } from "vitest";
import { closedObject } from "../../src/plugins/closed-object.ts";
import { splitSizes } from "../../src/tasks/split-sizes.ts";

const schema = closedObject(splitSizes);

test("5,000 prompts to train on and 500 to test on, unless a file says otherwise", () => {
  expect(Value.Default(schema, {})).toEqual({ train: 5000, test: 500 });
});

test("neither split may be empty", () => {
  expect(Value.Check(schema, { train: 1, test: 1 })).toBe(true);
  expect(Value.Check(schema, { train: 0, test: 1 })).toBe(false);
  expect(Value.Check(schema, { train: 1, test: 0 })).toBe(false);
});
