/** Tests of the texts that a tokenizer is trained on. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { numberOf } from "../../../src/tasks/prompts/splits.ts";
import { apartTexts, dividedTexts } from "../../../src/tasks/prompts/training-texts.ts";

const folder = mkdtempSync(join(tmpdir(), "retort-training-texts-"));
const fileOf = (name: string, lines: readonly object[]) => {
  writeFileSync(join(folder, name), lines.map((line) => JSON.stringify(line)).join("\n"));
  return { file: join(folder, name), templates: {} };
};
const letters = ["a", "b", "c", "d", "e"];
const lines = letters.map((prompt) => ({ prompt, chosen: `${prompt}1`, rejected: `${prompt}2` }));
const sizes = { test: 2, train: undefined, seed: 3 };
const byNumber = letters.toSorted((a, b) => numberOf(a, 3) - numberOf(b, 3));

test("are prompts and both completions of the lines that are not held back, in their order", () => {
  const texts = dividedTexts(fileOf("all", lines), sizes);
  const left = letters.filter((letter) => !byNumber.slice(0, 2).includes(letter));
  expect(texts.without(2).texts).toEqual(left.flatMap((letter) => [letter, `${letter}1`, `${letter}2`]));
  expect(letters.filter((letter) => texts.without(2).isHeldBack(letter)).toSorted()).toEqual(byNumber.slice(0, 2).toSorted());
  expect(texts.heldBackWith([{ text: byNumber[3]! }, { text: byNumber[1]! }])).toBe(4);
  expect(() => texts.without(5)).toThrow('expected lines that are not held out, to train the tokenizer on, got none; lower "test"');
});

test("are of as many lines as are trained on", () => {
  expect(dividedTexts(fileOf("all", lines), { ...sizes, train: 1 }).without(2).texts).toHaveLength(3);
  expect(() => dividedTexts(fileOf("all", lines), { ...sizes, train: 4 })).toThrow("expected at least 6 prompts");
});

test("of two files are of the one, without the prompts of the other", () => {
  const [all, held] = [fileOf("all", lines), fileOf("held", [{ prompt: "a" }, { prompt: "c" }])];
  expect(apartTexts(all, held, sizes).filter((text) => text.length === 1)).toEqual(["b", "d", "e"]);
  expect(apartTexts(all, held, { ...sizes, train: 2 }).filter((text) => text.length === 1)).toEqual(["b", "d"]);
  expect(() => apartTexts(all, all, sizes)).toThrow("expected lines that are not held out");
});
