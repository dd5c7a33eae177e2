/** Tests of what is wrong with a text as JSON. */
import { expect, test } from "vitest";
import { excerptOf, jsonMistake } from "../../../src/experiments/file/json-syntax.ts";

test.each([
  ['{\n "alpha": 0.5\n "beta": 1 }', 17, `expected "," between line 2's value and "beta", got nothing`],
  ["[1 2]", 3, `expected "," between line 1's value and 2, got nothing`],
  ["{'a': 1}", 1, 'expected "a", in double quotes, got single quotes'],
  ["{a: 1}", 1, 'expected "a", in double quotes, got a'],
  ['{"a": NaN}', 6, "expected a number that is finite, such as 0.5, got NaN"],
  ['{"a": -Infinity}', 6, "expected a number that is finite, such as 0.5, got -Infinity"],
  ['{"a": True}', 6, "expected true, got True"],
  ['{"a": .5}', 6, "expected a number as JSON has it, such as 0.5 or 1e-3, got .5"],
  ['{"a": nope}', 6, "expected a value (a text in double quotes, a number, true, false, null, {...} or [...]), got nope"],
  ['{\n"a": {"b": 1', 14, 'expected "}" for the "{" of line 2, got the end of the file'],
  ['{"a": [1, 2}', 11, 'expected "]" for the "[" of line 1, got }'],
  ['{"a" 1}', 5, 'expected ":" between the key and its value, got 1'],
  ['{"a": 1,, "b": 2}', 8, 'expected a key in double quotes, such as "seed", got ,'],
  ['{"a": }', 6, 'expected a value, such as 0.5 or "text", got }'],
  ['{"a": 1} {}', 9, "expected the end of the file, got {; a file has one experiment"],
  ['{"a": "x\n}', 6, `expected '"' at the end of this text, got the end of the line`],
])("%j", (text, offset, message) => {
  expect(jsonMistake(text)).toEqual({ offset, message });
});

test.each(['{"a": [1, 2,],}', "[]", "1e-3", '{"a": {"b": null}}'])("%j is right", (text) => {
  expect(jsonMistake(text)).toBeUndefined();
});

test("the line is shown with a caret, and a long one is cut around it", () => {
  expect(excerptOf("one\n\ttwo x\n", 2, 6)).toBe("2 |  two x\n         ^");
  const [line, caret] = excerptOf("a".repeat(500), 1, 300).split("\n");
  expect(line).toHaveLength(104);
  expect(caret).toBe(`${" ".repeat(64)}^`);
});
