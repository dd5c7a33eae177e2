/** Tests of the sizes of a generated task's splits. */
import { Value } from "@sinclair/typebox/value";
import { expect, test } from "vitest";
import { closedObject } from "../../src/plugins/closed-object.ts";
import { tasks, type TaskValues } from "../../src/tasks/index.ts";
import { splitSizes, splitsOf } from "../../src/tasks/split-sizes.ts";

const schema = closedObject(splitSizes);

test("5,000 prompts to train on and 500 to test on, unless a file says otherwise", () => {
  expect(Value.Default(schema, {})).toEqual({ train: 5000, test: 500 });
});

test("neither split may be empty", () => {
  expect(Value.Check(schema, { train: 1, test: 1 })).toBe(true);
  expect(Value.Check(schema, { train: 0, test: 1 })).toBe(false);
  expect(Value.Check(schema, { train: 1, test: 0 })).toBe(false);
});

test("further test prompts come after the training prompts", () => {
  const drawn = [0, 1, 2, 3, 4, 5, 6, 7];
  expect(splitsOf(drawn, { test: 2, train: 3 })).toEqual({ test: [0, 1], train: [2, 3, 4] });
  expect(splitsOf(drawn, { test: 2, train: 3, furtherTest: 2 })).toEqual({ test: [0, 1, 5, 6], train: [2, 3, 4] });
});

test("of every task they change neither what is trained nor the first that are tested, and are none of these", () => {
  const sizes = { train: 60, test: 20 };
  const all: readonly TaskValues[] = [
    { type: "arithmetic", numbers: [3, 5], range: [1, 9], operators: "+-", ...sizes },
    { type: "gaussian-mixture", components: [{ mean: 0.5, deviation: 0.1, weight: 1 }], ...sizes },
    { type: "instructions", length: [3, 4], heldOut: 12, ...sizes },
    { type: "reports", events: [2, 3], mistaken: 0.25, ...sizes },
    { type: "translation", ...sizes },
  ];
  for (const given of all) {
    const [few, more] = [given, { ...given, furtherTest: 30 }].map((each) => tasks.create(each, { seed: 3 }));
    expect(more!.train, given.type).toEqual(few!.train);
    expect(more!.test.slice(0, 20), given.type).toEqual(few!.test);
    expect(new Set([...more!.train, ...more!.test].map(({ text }) => text)).size, given.type).toBe(110);
    expect(
      more!.test.map(({ index }) => index),
      given.type,
    ).toEqual(Array.from({ length: 50 }, (_, i) => i));
  }
});
