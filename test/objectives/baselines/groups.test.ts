/** Tests of the layout of rewards. */
import { expect, test } from "vitest";
import { checkGroups } from "../../../src/objectives/baselines/groups.ts";

test("whole groups pass", () => {
  for (const [count, group] of [
    [6, 3],
    [4, 1],
    [0, 2],
  ] as const) {
    expect(() => checkGroups("b", new Float32Array(count), group)).not.toThrow();
  }
});

test("anything else is refused with both numbers and the owner", () => {
  expect(() => checkGroups("b", new Float32Array(7), 3)).toThrow(
    new RangeError("b: expected rewards in whole groups, got 7 rewards in groups of 3"),
  );
  for (const group of [0, -1, 1.5, Number.NaN]) expect(() => checkGroups("b", new Float32Array(6), group)).toThrow(RangeError);
});
