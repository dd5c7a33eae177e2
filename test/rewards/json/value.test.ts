/** Tests of JSON in completions. */
import { expect, test } from "vitest";
import { jsonValue, lastBlock } from "../../../src/rewards/json/value.ts";

test.each([
  ['{"a": [1, "]"]}', { value: { a: [1, "]"] } }],
  [" null\n", { value: null }],
  ["", undefined],
  ["{'a': 1}", undefined],
  ['{"a": 1} and more', undefined],
  ["NaN", undefined],
])("%j", (text, expected) => {
  expect(jsonValue(text)).toEqual(expected);
});

test("a key called __proto__ is a key", () => {
  const found = jsonValue('{"__proto__": {"polluted": true}}');
  expect(Object.keys(found?.value as object)).toEqual(["__proto__"]);
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
});

test("length and depth are bounded, brackets in strings do not count", () => {
  const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
  expect([jsonValue(nested(100)) !== undefined, jsonValue(nested(101))]).toEqual([true, undefined]);
  expect(jsonValue(JSON.stringify(`\\"${"[".repeat(500)}`))).toBeDefined();
  expect(jsonValue(`"${"a".repeat(2 ** 16 - 2)}"`)).toBeDefined();
  expect(jsonValue(`"${"a".repeat(2 ** 16 - 1)}"`)).toBeUndefined();
});

test.each([
  ["```json\n1\n```\nthen\n```\n2\n3\n```\n", "2\n3"],
  ["```\n1\n```\n```\nopen", "1"],
  ["no block", undefined],
  ["```\n```", ""],
])("the last block of %j", (text, expected) => {
  expect(lastBlock(text)).toBe(expected);
});
