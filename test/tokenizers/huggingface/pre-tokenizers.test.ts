/** Cutting a text: options that are refused. What is cut is compared with Rust in tokenizer.test.ts. */
import { expect, test } from "vitest";
import { spellPreTokenizer } from "../../../src/tokenizers/huggingface/pre-tokenizers.ts";

test.each([
  [{ type: "UnicodeScripts" }, TypeError, 'at /pre_tokenizer, got "UnicodeScripts"'],
  [{ type: "Digits" }, TypeError, "at /pre_tokenizer/individual_digits"],
  [{ type: "ByteLevel", add_prefix_space: 1 }, TypeError, "at /pre_tokenizer/add_prefix_space"],
  [{ type: "Punctuation", behavior: "MergedWithNext" }, TypeError, "at /pre_tokenizer/behavior"],
  [
    { type: "Sequence", pretokenizers: [{ type: "Split", pattern: { Regex: "(x*)*y" }, behavior: "Isolated", invert: false }] },
    RangeError,
    "at /pre_tokenizer/pretokenizers/0/pattern",
  ],
  [
    { type: "Split", pattern: { String: "ab" }, behavior: "MergedWithNext", invert: false },
    RangeError,
    "expected MergedWithNext of one character, not inverted, at /pre_tokenizer",
  ],
  [{ type: "Split", pattern: { String: "" }, behavior: "Isolated", invert: false }, TypeError, "at /pre_tokenizer/pattern"],
])("%j is refused", (value, kind, message) => {
  expect(() => spellPreTokenizer(value)).toThrow(kind);
  expect(() => spellPreTokenizer(value)).toThrow(message);
});

test("none stays none", () => {
  expect(spellPreTokenizer(null)).toBeNull();
});
