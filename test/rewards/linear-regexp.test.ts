/** Tests of regular expressions in linear time. */
import { describe, expect, test } from "vitest";
import { linearRegExp } from "../../src/rewards/linear-regexp.ts";

test("searches anywhere, or matches the whole text", () => {
  const digits = linearRegExp("[0-9]+");
  expect([digits.test("a12"), digits.matches("a12"), digits.matches("12"), digits.test("")]).toEqual([true, false, true, false]);
});

test("options mean what they mean elsewhere", () => {
  expect(linearRegExp("^B.$").test("A\nb\n")).toBe(false);
  expect(linearRegExp("^B.$", { ignoreCase: true, dotAll: true, multiline: true }).test("A\nb\n")).toBe(true);
});

test("JavaScript's ways of writing are understood where asked for", () => {
  expect(linearRegExp("^\\u0041\\/$", { fromJavaScript: true }).test("A/")).toBe(true);
  expect(() => linearRegExp("\\u0041")).toThrow(RangeError);
});

test("patterns that explode elsewhere take linear time", () => {
  // By backtracking, each of these takes longer than the universe has been.
  for (const pattern of ["^(a+)+$", "^(a|aa)+$", "^(?:a*)*b", "(?:a?){500}b"])
    expect(linearRegExp(pattern).test(`${"a".repeat(20_000)}!`)).toBe(false);
});

test.each([
  ["(a)\\1", "invalid escape"],
  ["(?=a)", "expected a pattern that RE2 reads"],
  ["((a{1000}){1000})", "invalid repeat count"],
  ["(", "missing closing"],
  ["(?:.{0,1000}x)|".repeat(20), "expected a pattern of at most 12000 instructions, got 40043; have it repeat fewer times"],
  ["a".repeat(10_001), "expected a pattern of at most 10000 characters, got 10001"],
])("%.20s is refused", (pattern, message) => {
  expect(() => linearRegExp(pattern)).toThrow(RangeError);
  expect(() => linearRegExp(pattern)).toThrow(message);
});

describe("the last match", () => {
  test.each([
    ["a(.)", "a1 a2 b3", "2"],
    ["a.", "a1 a2 b3", "a2"],
    ["a(.)(.)", "a12 a34", "3"],
    ["a|b(.)", "b1 a", undefined],
    ["x", "abc", undefined],
    ["", "ab", ""],
  ])("of %j in %j is %j", (pattern, text, last) => {
    expect(linearRegExp(pattern).last(text)).toBe(last);
  });
});
