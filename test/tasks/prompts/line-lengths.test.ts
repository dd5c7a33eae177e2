/** Tests of what becomes of long lines. */
import { expect, test } from "vitest";
import { fit, longestLines } from "../../../src/tasks/prompts/line-lengths.ts";
import { characterTokenizer } from "../../../src/tokenizers/characters.ts";
import { wordTokenizer } from "../../../src/tokenizers/words.ts";

const tokenizer = characterTokenizer("abcdefghi 😀");
const limits = { prompt: 6, completion: 4 };
const line = (text: string, reference?: string) => ({ text, reference, location: "f:3" });

test("a line that fits stays as it is, with its tokens, the end-of-sequence among them", () => {
  for (const unfit of ["refuse", "leave-out", "cut"] as const) {
    expect(fit(line("abcdef", "abc"), tokenizer, limits, unfit)).toEqual({
      ...line("abcdef", "abc"),
      tokens: { prompt: 6, completion: 4 },
    });
  }
});

test("one that is too long is refused with its location", () => {
  expect(() => fit(line("abcdefg", "a"), tokenizer, limits, "refuse")).toThrow(
    'f:3: expected a prompt of at most 6 tokens, got 7; raise "promptTokens", leave the line out, or set "unfit"',
  );
  expect(() => fit(line("a", "abcd"), tokenizer, limits, "refuse")).toThrow("f:3: expected a completion of at most 4 tokens, got 5");
});

test("or it is left out", () => {
  expect(fit(line("abcdefg", "a"), tokenizer, limits, "leave-out")).toBeUndefined();
  expect(fit(line("a", "abcd"), tokenizer, limits, "leave-out")).toBeUndefined();
});

test("a long prompt loses its end, and no reference does", () => {
  expect(fit(line("abcdefghi", "a"), tokenizer, limits, "cut")).toMatchObject({ text: "abcdef", tokens: { prompt: 6, completion: 2 } });
  expect(fit(line("abcdefghi", "abcd"), tokenizer, limits, "cut")).toBeUndefined();
});

test("no half of a character is left", () => {
  const cut = fit(line("😀".repeat(9)), tokenizer, limits, "cut");
  expect(cut?.text).toMatch(/^(?:😀){1,6}$/u);
  expect(cut?.tokens.prompt).toBeLessThanOrEqual(6);
});

test("what the tokenizer cannot write is refused with its location, or left out", () => {
  expect(() => fit(line("a", "xyz"), tokenizer, limits, "refuse")).toThrow(
    /^f:3: character tokenizer: expected only the characters .*, got "x"; leave the line out, set "unfit", or take a tokenizer/u,
  );
  for (const unfit of ["leave-out", "cut"] as const) expect(fit(line("xyz"), tokenizer, limits, unfit)).toBeUndefined();
});

test("an unknown word may be in a prompt, and in no completion: the student could not write it", () => {
  const words = wordTokenizer(["a", " b"], { unknown: "token" });
  expect(fit(line("a c", "a b"), words, limits, "refuse")?.tokens).toEqual({ prompt: 2, completion: 3 });
  expect(() => fit(line("a", "a b c"), words, limits, "refuse")).toThrow('f:3: expected a completion in words of the vocabulary, got " c"');
  expect(() => fit({ ...line("a", "a"), rejected: "c" }, words, limits, "refuse")).toThrow('got "c"');
  expect(fit(line("a", "a b c"), words, limits, "leave-out")).toBeUndefined();
});

test("the longest of each", () => {
  const all = [line("abc", "a"), line("a", "abc")].map((one) => fit(one, tokenizer, limits, "refuse")!);
  expect(longestLines(all)).toEqual({ prompt: 3, completion: 4 });
  expect(longestLines([])).toEqual({ prompt: 0, completion: 0 });
});
