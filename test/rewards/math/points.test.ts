/** Tests of exact values at points. */
import { expect, test } from "vitest";
import { isNear, pointsOf, ratioOfPoints, samePoints, type Points } from "../../../src/rewards/math/points.ts";

const at = (expression: string): Points => pointsOf(expression)!;

test.each<[string, string, number | undefined, boolean]>([
  ["(v_x + 1)^(2)", "(v_x)^(2) + 2 * v_x + 1", undefined, true],
  ["(v_x + 1)^(2)", "(v_x)^(2) + 2 * v_x + 2", undefined, false],
  ["abs(v_x)", "v_x", undefined, false],
  ["v_x", "v_y", undefined, false],
  ["1 / 3", "0.333333", 6, true],
  ["1 / 3", "0.333333", undefined, false],
  ["1 / 3", "0.333332", 6, false],
  ["0", "0.0000001", 6, false],
  ["[[1, 2]]", "[[1], [2]]", undefined, false],
])("%s and %s to %s places: %s", (a, b, decimals, same) => {
  expect(samePoints(at(a), at(b), decimals)).toBe(same);
});

test("what has no fraction at a point has no points", () => {
  expect(pointsOf("sqrt(v_x)")).toBeUndefined();
  expect(pointsOf("1 / 0")).toBeUndefined();
});

test("a ratio is one at all points", () => {
  expect(ratioOfPoints(at("2 * v_x - 4"), at("v_x - 2"))).toBe(1);
  expect(ratioOfPoints(at("2 - v_x"), at("v_x - 2"))).toBe(-1);
  expect(ratioOfPoints(at("v_x - 1234567890"), at("v_x - 1234567891"))).toBeUndefined();
  expect(ratioOfPoints(at("v_x - v_x"), at("v_x"))).toBeUndefined();
});

test("a number is near 0 to its places", () => {
  expect(isNear(at("1 / 300"), 2)).toBe(true);
  expect(isNear(at("1 / 100"), 2)).toBe(false);
  expect(isNear(at("1 / 10^(9)"), 0)).toBe(false);
});
