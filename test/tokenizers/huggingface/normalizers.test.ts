/** Changes of a text before it is cut: what reaches the library, and what is refused. Their effect is compared with Rust in tokenizer.test.ts. */
import { expect, test } from "vitest";
import { spellNormalizer } from "../../../src/tokenizers/huggingface/normalizers.ts";

test("what is none stays none", () => {
  expect([spellNormalizer(null), spellNormalizer(undefined)]).toEqual([null, null]);
  expect(spellNormalizer({ type: "Sequence", normalizers: [] })).toEqual({ type: "Sequence", normalizers: [] });
});

test("texts are looked for as themselves, and a dollar is put in as itself", () => {
  expect(spellNormalizer({ type: "Replace", pattern: { String: ".*" }, content: "$&" })).toEqual({
    type: "Replace",
    pattern: { Regex: String.raw`\x{2e}\x{2a}` },
    content: "$$&",
  });
});

test.each([
  [{ type: "Nmt" }, TypeError, 'at /normalizer, got "Nmt"'],
  [{ type: "NFC", form: "D" }, TypeError, "at /normalizer/form"],
  [{ type: "Sequence", normalizers: 3 }, TypeError, "expected a list at /normalizer/normalizers, got 3"],
  [{ type: "Sequence", normalizers: [{ type: "Prepend" }] }, TypeError, "at /normalizer/normalizers/0/prepend"],
  [
    { type: "Replace", pattern: { Regex: "(a+)+$" }, content: "" },
    RangeError,
    'expected a regular expression of a known model at /normalizer/pattern, got "(a+)+$"',
  ],
])("%j is refused", (normalizer, kind, message) => {
  expect(() => spellNormalizer(normalizer)).toThrow(kind);
  expect(() => spellNormalizer(normalizer)).toThrow(message);
});

test("parts in parts, and what multiplies a text, have an end", () => {
  let deep: object = { type: "NFC" };
  for (let depth = 0; depth < 8; depth += 1) deep = { type: "Sequence", normalizers: [deep] };
  expect(() => spellNormalizer(deep)).toThrow("expected at most 64 parts in a Sequence and 4 in each other");
  const many = { type: "Sequence", normalizers: Array.from({ length: 65 }, () => ({ type: "NFC" })) };
  expect(() => spellNormalizer(many)).toThrow(RangeError);
  const eight = { type: "Replace", pattern: { String: "a" }, content: "aaaaaaaa" };
  const sequence = (length: number) => ({ type: "Sequence", normalizers: Array.from({ length }, () => eight) });
  expect(spellNormalizer(sequence(2))).toBeTruthy();
  expect(() => spellNormalizer(sequence(3))).toThrow("expected replacements that lengthen a text at most 64 times at /normalizer, got 512");
});
