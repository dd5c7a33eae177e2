/** Tests of prompts that all differ. */
import { expect, test } from "vitest";
import { distinct, longestOf } from "../../src/tasks/distinct.ts";

const draw = (index: number) => ({ text: String(index % 5), index });

test("passes over what is there already, and keeps the first of each in order", () => {
  const twice = (index: number) => draw(Math.floor(index / 2));
  expect([...distinct("t", 3, (index) => ({ ...twice(index), index })).values()]).toEqual([
    { text: "0", index: 0 },
    { text: "1", index: 2 },
    { text: "2", index: 4 },
  ]);
});

test("ends where there are no more", () => {
  expect(distinct("t", 5, draw).size).toBe(5);
  expect(() => distinct("t", 6, draw)).toThrow(RangeError);
  expect(() => distinct("t", 6, draw)).toThrow("t: expected fewer prompts than there are different ones, got train + test = 6");
});

test("the longest of none is 0", () => {
  expect(longestOf([])).toBe(0);
  expect(longestOf([1, 3, 2])).toBe(3);
});
