/** Tests of words between whitespace. */
import { expect, test } from "vitest";
import { wordsOf } from "../../src/text-metrics/words.ts";

test("Unicode's whitespace separates, and what only looks like it does not", () => {
  expect(wordsOf(" one\u00A0two\u2003three\u0085four\u001Cfive\t\nsix ")).toEqual(["one", "two", "three", "four", "five", "six"]);
  expect(wordsOf("zero\u200Bwidth\uFEFFspace")).toEqual(["zero\u200Bwidth\uFEFFspace"]);
  expect([wordsOf(""), wordsOf(" \n ")]).toEqual([[], []]);
});
