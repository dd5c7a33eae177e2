/** Regular expressions of strangers. */
import { expect, test } from "vitest";
import { gpt2Pattern, literal, llama3Pattern, qwen2Pattern, regexOf } from "../../../src/tokenizers/huggingface/patterns.ts";

test("those of known models pass, others are refused by what they are", () => {
  for (const known of [gpt2Pattern, llama3Pattern, qwen2Pattern]) expect(regexOf({ Regex: known }, "/p")).toBe(known);
  expect(qwen2Pattern).toContain(String.raw`|\p{N}| `);
  for (const unknown of ["(a+)+$", `${gpt2Pattern}|x`, "", "\\s*\\s*\\s*x", "("]) {
    expect(() => regexOf({ Regex: unknown }, "/p")).toThrow(RangeError);
    expect(() => regexOf({ Regex: unknown }, "/p")).toThrow("expected a regular expression of a known model at /p");
  }
});

test("a text is the expression of itself", () => {
  const text = "a.*(?[\\🙂\n";
  expect(regexOf({ String: text }, "/p")).toBe(literal(text));
  expect(new RegExp(`^${literal(text).replaceAll("\\x{", "\\u{")}$`, "u").test(text)).toBe(true);
});
