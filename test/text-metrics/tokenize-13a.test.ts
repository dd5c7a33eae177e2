/** Tests of the tokenizer of mteval-v13a. */
import { expect, test } from "vitest";
import { tokenize13a } from "../../src/text-metrics/tokenize-13a.ts";

test.each([
  ["The cat, sat.", ["The", "cat", ",", "sat", "."]],
  ["1,000.5 is 3-4", ["1,000.5", "is", "3", "-", "4"]],
  ["well-known don't", ["well-known", "don't"]],
  ["&quot;a&quot; &lt;b&gt; &amp; c", ['"', "a", '"', "<", "b", ">", "&", "c"]],
  ["hyphen-\nated\nline <skipped>", ["hyphenated", "line"]],
  ["", []],
])("%j", (text, tokens) => {
  expect(tokenize13a(text)).toEqual(tokens);
});
