/** Tests of the alignment of two tokenizers. */
import { expect, test } from "vitest";
import { alignment } from "../../src/teachers/alignment.ts";
import { pieceTokenizer } from "../../src/tokenizers/pieces.ts";

test("positions are aligned where both begin a token", () => {
  expect(alignment(["1", "2", "+", "3", "4", "="], ["12", "+", "34", "="])).toEqual([0, -1, 1, 2, -1, 3]);
  expect(alignment(["12", "+", "34", "="], ["1", "2", "+", "3", "4", "="])).toEqual([0, 2, 3, 5]);
  expect(alignment(["ab", "cd", "e"], ["abc", "de"])).toEqual([0, -1, -1]);
});

test("one tokenizer is aligned with itself everywhere", () => {
  const texts = ["7", "+", "12", ""];
  expect(alignment(texts, texts)).toEqual([0, 1, 2, 3]);
});

test("ends are aligned with each other, and an end with nothing where the other one was cut", () => {
  expect(alignment(["4", "2", ""], ["42", ""])).toEqual([0, -1, 1]);
  expect(alignment(["4", "2", ""], ["42"])).toEqual([0, -1, -1]);
  expect(alignment(["4", "2"], ["42", ""])).toEqual([0, -1]);
  expect(alignment([""], [""])).toEqual([0]);
});

test("tokens inside of a character are aligned with nothing", () => {
  expect(alignment(["a", "", "", "🙂", "b"], ["a", "", "🙂", "b"])).toEqual([0, 1, -1, -1, 3]);
  expect(alignment(["a", "🙂", "b"], ["a", "", "🙂b"])).toEqual([0, 1, -1]);
  expect(alignment(["", "🙂", ""], ["🙂", ""])).toEqual([0, -1, 1]);
});

test("every row that is named follows the same text", () => {
  const [small, large] = [pieceTokenizer(["1", "2", "3", "+"]), pieceTokenizer(["1", "2", "3", "+", "12", "23", "3+", "+1"])];
  for (const text of ["123+12", "3+1", "2312+", "+++", "121212"]) {
    const [own, other] = [small, large].map((tokenizer) => tokenizer.encode(text).map((id) => tokenizer.decode([id]))) as [
      string[],
      string[],
    ];
    const rows = alignment(own, other);
    expect(rows[0]).toBe(0);
    for (const [i, row] of rows.entries()) {
      const before = own.slice(0, i).join("");
      if (row >= 0) expect(other.slice(0, row).join("")).toBe(before);
      else expect(other.map((_, k) => other.slice(0, k).join(""))).not.toContain(before);
    }
  }
});

test("two texts are refused, with the position where they part", () => {
  expect(() => alignment(["1", "2"], ["13"])).toThrow(/expected both tokenizers to spell one text, got "2" and "3" at character 1/);
  expect(() => alignment(["1"], ["1", "2"])).toThrow(/got "" and "2" at character 1/);
});
