/** Tests of the splits; test/tasks/prompts/prompts.test.ts has what tasks make of them. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { apart, checkEnough, divided, numberOf } from "../../../src/tasks/prompts/splits.ts";
import { characterTokenizer } from "../../../src/tokenizers/characters.ts";

const folder = mkdtempSync(join(tmpdir(), "retort-splits-"));
const reading = {
  tokenizer: characterTokenizer("abcdefgh"),
  templates: {},
  fields: undefined,
  limits: { prompt: 5, completion: 5 },
  unfit: "refuse",
} as const;
const fileOf = (name: string, letters: string) => {
  writeFileSync(join(folder, name), Array.from(letters, (prompt) => JSON.stringify({ prompt })).join("\n"));
  return { file: join(folder, name), reading };
};
const textsOf = (lines: readonly { readonly text: string }[]): string => lines.map(({ text }) => text).join("");

test("the lowest numbers of a file are tested on, the others trained on in their order", () => {
  const { train, test: held } = divided(fileOf("one", "abcdefgh"), { test: 3, train: 4, seed: 5 });
  const order = Array.from("abcdefgh").toSorted((a, b) => numberOf(a, 5) - numberOf(b, 5));
  expect(textsOf(held)).toBe(order.slice(0, 3).join(""));
  expect(textsOf(train)).toBe(
    Array.from("abcdefgh")
      .filter((letter) => !order.slice(0, 3).includes(letter))
      .slice(0, 4)
      .join(""),
  );
});

test("of two files the one is tested on, and what is tested on is not trained on", () => {
  const { train, test: held } = apart(fileOf("one", "abcd"), fileOf("two", "cdef"), { test: 4, train: undefined, seed: 5 });
  expect([textsOf(train), Array.from(textsOf(held)).toSorted().join("")]).toEqual(["ab", "cdef"]);
  expect(() => apart(fileOf("one", "ab"), fileOf("two", "c"), { test: 2, train: undefined, seed: 5 })).toThrow(
    'expected at least 2 prompts to test on, got 1; lower "test"',
  );
});

test("too few prompts are refused", () => {
  expect(() => checkEnough("f", 4, { test: 2, train: 3, seed: 1 })).toThrow(
    'f: expected at least 5 prompts, 2 of them to test on, got 4; lower "test"',
  );
  expect(() => checkEnough("f", 2, { test: 2, train: undefined, seed: 1 })).toThrow("at least 3 prompts");
});
