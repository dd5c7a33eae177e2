/** Tests of files of prompts. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { checkAlike, readPromptFile, type PromptReading, type WantedLines } from "../../../src/tasks/prompts/prompt-files.ts";
import { characterTokenizer } from "../../../src/tokenizers/characters.ts";

const path = join(mkdtempSync(join(tmpdir(), "retort-prompt-files-")), "p.jsonl");
const write = (lines: readonly object[]): void => writeFileSync(path, lines.map((line) => JSON.stringify(line)).join("\n"));
const read = (changes: Partial<PromptReading> = {}, wanted: WantedLines = { but: new Set() }) => {
  const reading = { templates: {}, fields: undefined, limits: { prompt: 5, completion: 5 }, unfit: "refuse", ...changes } as const;
  return readPromptFile(path, { tokenizer: characterTokenizer("abcdefgh"), ...reading }, wanted);
};
const texts = (...parameters: Parameters<typeof read>): string[] => read(...parameters).lines.map(({ text }) => text);

test("a prompt that occurs twice is refused, or used once", () => {
  write([{ prompt: "a" }, { prompt: "b" }, { prompt: "a" }]);
  expect(() => read()).toThrow(`${path}:3: expected different prompts, got that of ${path}:1 again; keep one of them, or set "unfit"`);
  expect(texts({ unfit: "leave-out" })).toEqual(["a", "b"]);
  expect(texts({ unfit: "cut" })).toEqual(["a", "b"]);
});

test("prompts that a cut makes alike are one", () => {
  write([{ prompt: "abcdefg" }, { prompt: "abcdefh" }]);
  expect(texts({ unfit: "cut" })).toEqual(["abcde"]);
});

test("reading ends when there are enough, and what is not wanted does not count", () => {
  write([{ prompt: "a" }, { prompt: "b" }, { prompt: "c" }, { prompt: "" }]);
  expect(texts({}, { but: new Set(["a"]), most: 2 })).toEqual(["b", "c"]);
  expect(() => read({}, { but: new Set(["a"]), most: 3 })).toThrow(`${path}:4: `);
});

test("prompts are made of other keys", () => {
  write([{ q: "a", a: "b" }]);
  expect(read({ templates: { prompt: "c{q}", reference: "{a}" } }).lines).toMatchObject([{ text: "ca", reference: "b" }]);
});

test("lines are alike", () => {
  const line = (reference: string | undefined, location: string) => ({ text: "a", reference, location });
  expect(() => checkAlike(line("b", "f:1"), line("c", "f:2"))).not.toThrow();
  expect(() => checkAlike(line(undefined, "f:1"), line("c", "f:2"))).toThrow(
    'f:1: expected "reference" in all lines or in none, got none, and f:2 has some',
  );
});

test("a file without prompts is refused", () => {
  write([]);
  expect(() => read()).toThrow(`${path}: expected at least one prompt, got none`);
});
