/** The ids of a text that begins a sequence. */
import { expect, test } from "vitest";
import { characterTokenizer } from "../../src/tokenizers/characters.ts";
import { promptIds } from "../../src/tokenizers/prompt-ids.ts";

const plain = characterTokenizer("ab");
const around = (...before: number[]) => ({ ...plain, addedSpecialIds: { before, after: [1] } });

test("a prompt has the ids of its text, and before it those that the model was trained with", () => {
  expect(promptIds(plain, "ab")).toEqual([2, 3]);
  expect(promptIds(around(), "ab")).toEqual([2, 3]);
  expect(promptIds(around(0), "ab")).toEqual([0, 2, 3]);
  expect(promptIds(around(1, 0), "")).toEqual([1, 0]);
});

test("a text that begins with them has them once", () => {
  expect(promptIds(around(2), "ab")).toEqual([2, 3]);
  expect(promptIds(around(2, 3), "a")).toEqual([2, 3, 2]);
});
