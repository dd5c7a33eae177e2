/** Tests of the middle of numbers. */
import { expect, test } from "vitest";
import { median } from "../../src/experiments/median.ts";

test("the middle is by size, and between two it is their mean", () => {
  expect([[10, 9, 100], [10, 2, 9, 100], [7], []].map(median)).toEqual([10, 9.5, 7, Number.NaN]);
});
