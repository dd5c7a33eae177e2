/** Tests of what strangers' text looks like. */
import { describe, expect, test } from "vitest";
import { visible } from "../../src/files/visible.ts";

describe("visible text", () => {
  test("is what it was where it only appears", () => {
    const texts = ["a\tb\nc\r\n", "żółć", "数学", "👍🏽", "é \u00a0 − ×", "❤️"];
    expect(texts.map(visible)).toEqual(texts);
  });

  test.each([
    ["controls of C0", "\u001b[2J\0\b\r", "\\u001b[2J\\u0000\\u0008\\u000d"],
    ["controls of C1", "\u009b31m\u007f\u0085", "\\u009b31m\\u007f\\u0085"],
    ["overrides of direction", "\u202eabc\u2066\u2069\u200f", "\\u202eabc\\u2066\\u2069\\u200f"],
    ["what has no width", "a\u200bb\ufeff\u2060\u00ad", "a\\u200bb\\ufeff\\u2060\\u00ad"],
    ["lines that are none", "\u2028\u2029", "\\u2028\\u2029"],
    ["tags", "\u{e0041}", "\\udb40\\udc41"],
    ["halves of pairs", "\ud800", "\\ud800"],
  ])("shows %s", (_, text, shown) => {
    expect(visible(text)).toBe(shown);
    // As JSON writes it: the same value is read.
    expect(JSON.parse(visible(JSON.stringify({ text })))).toEqual({ text });
    expect(visible(shown)).toBe(shown);
  });
});
