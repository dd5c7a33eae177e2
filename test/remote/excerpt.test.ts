/** Tests of what errors show of strangers. */
import { expect, test } from "vitest";
import { excerpt } from "../../src/remote/excerpt.ts";

test.each([
  ["plain", '"plain"'],
  [{ a: [1, null] }, '{"a":[1,null]}'],
  [undefined, "undefined"],
  [Number.NaN, "NaN"],
  [-Infinity, "-Infinity"],
  [10n, "a value that is no JSON, or nested too deeply"],
  ["\u001b[2J\r\n\u009b1m", '"\\u001b[2J\\r\\n\\u009b1m"'],
])("%o", (value, shown) => {
  expect(excerpt(value)).toBe(shown);
});

test("is cut", () => {
  expect(excerpt("x".repeat(10_000))).toBe(`"${"x".repeat(159)}...`);
});

test("does not show a secret, cut or not", () => {
  const secret = 'quote"and\\slash';
  expect(excerpt({ a: secret, b: secret }, secret)).toBe('{"a":"***","b":"***"}');
  expect(excerpt(`${"x".repeat(150)}${secret}`, secret)).not.toContain("quote");
});
