/** Tests of numbers and times as reports show them. */
import { expect, test } from "vitest";
import { effectText, intervalText, numberText, timeText } from "../../../src/reports/html/number-text.ts";

test("numbers have three digits", () => {
  expect([0.61234, -0.05, 0, NaN, Infinity, -Infinity].map(numberText)).toEqual(["0.612", "−0.05", "0", "NaN", "∞", "−∞"]);
  expect(intervalText(0.5, [0.25, Infinity])).toBe("0.5 [0.25, ∞]");
  expect(intervalText(0.5, undefined)).toBe("0.5");
});

test("an interval has its level where that is not the usual one", () => {
  expect(effectText(0.5, { low: 0.25, high: 1, level: 0.95 })).toBe("0.5 [0.25, 1]");
  expect(effectText(0.5, { low: 0.25, high: 1, level: 0.99 })).toBe("0.5 [0.25, 1] (99 %)");
});

test("times have a unit", () => {
  expect([47_800, 750_000].map(timeText)).toEqual(["48 s", "12.5 min"]);
});
