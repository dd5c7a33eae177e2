/** Tests of tokenizers that a task of prompts brings: trained on its file, or in a file of their own. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { prompts } from "../../../src/tasks/prompts/prompts.ts";
import { bringsTokenizer, trainedKind, type TaskTokenizer } from "../../../src/tasks/prompts/task-tokenizer.ts";
import type { Task, TaskContext } from "../../../src/tasks/task.ts";
import { trainTokenizer } from "../../../src/tokenizers/train.ts";
import { taskLaws } from "../../laws/task.laws.ts";

type Values = Parameters<typeof prompts.create>[0];
type Changes = Partial<Values>;

const folder = mkdtempSync(join(tmpdir(), "retort-task-tokenizer-"));
const path = join(folder, "lines.jsonl");
const write = (lines: readonly object[], name = "lines.jsonl"): void =>
  writeFileSync(join(folder, name), lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
const sums = Array.from({ length: 40 }, (_, i) => ({ prompt: `what is ${i} and ${i}?`, reference: `it is ${2 * i}` }));
const make = (changes: Changes = {}, context: Partial<TaskContext> = {}): Task =>
  prompts.create({ path, test: 8, promptTokens: 64, completionTokens: 32, ...changes }, { seed: 1, folder, ...context });
const kinds: readonly TaskTokenizer[] = ["characters", { bpe: 280 }];

taskLaws((seed) => {
  write(sums);
  return make({ tokenizer: { bpe: 280 } }, { seed });
});

test.each(kinds)("%j is trained on the training lines alone, alike each time", (tokenizer) => {
  write(sums);
  const task = make({ tokenizer });
  const kind = trainedKind(tokenizer)!;
  const trained = trainTokenizer(
    task.train.flatMap(({ text, reference }) => [text, reference]),
    kind,
  );
  expect(task.tokenizer.toJSON()).toEqual(trained.toJSON());
  expect(make({ tokenizer }).tokenizer.toJSON()).toEqual(trained.toJSON());
  // What was trained before is read, and not trained again.
  const given = trainTokenizer([...sums.flatMap(({ prompt, reference }) => [prompt, reference]), "~"], kind);
  expect(make({ tokenizer }, { tokenizer: given.toJSON() }).tokenizer.toJSON()).toEqual(given.toJSON());
});

test("the first training lines, where not all are used", () => {
  write([...sums, { prompt: "zebra?", reference: "~" }]);
  expect(() => make({ tokenizer: "characters", train: 20 }).tokenizer.encode("~")).toThrow("expected only the characters");
});

test("what the held-out lines alone have is refused with the line, left out, or written by a BPE", () => {
  write(sums);
  const { text } = make({ tokenizer: "characters" }).test[3]!;
  const at = sums.findIndex(({ prompt }) => prompt === text);
  write(sums.map((line, i) => (i === at ? { ...line, reference: "é" } : line)));
  expect(() => make({ tokenizer: "characters" })).toThrow(`${path}:${at + 1}: character tokenizer: expected only the characters`);
  expect(() => make({ tokenizer: "words" })).toThrow(/lines\.jsonl:\d+: expected a completion in words of the vocabulary, got/u);
  const task = make({ tokenizer: { bpe: 280 } });
  expect(task.tokenizer.encode("é").length).toBe(2);
  const left = make({ tokenizer: "characters", unfit: "leave-out" });
  expect([left.train.length, left.test.length]).toEqual([31, 8]);
  expect([...left.train, ...left.test].map(({ reference }) => reference)).not.toContain("é");
});

test("where lines are left out, no other that is held out for them is trained on", () => {
  // Each line has a word of its own, twice: a BPE that was trained on it has one piece for it.
  const letters = Array.from("abcdefgh");
  const words = letters.flatMap((a) => letters.map((b) => `${a}${b}`));
  write(words.map((word, i) => ({ prompt: ` ${word} ${word}`, reference: i % 2 ? "." : `.${word}.` })));
  const task = make({ tokenizer: { bpe: 4000 }, unfit: "leave-out", completionTokens: 2 });
  expect([task.train.length, task.test.length]).toEqual([24, 8]);
  const pieces = (text: string): number => task.tokenizer.encode(text.slice(0, 3)).length;
  expect(task.test.map(({ text }) => pieces(text))).toEqual(Array.from({ length: 8 }, () => 2));
  expect(task.train.filter(({ text }) => pieces(text) === 1).length).toBeGreaterThan(12);
});

test("characters that no other line has leave too few to test on", () => {
  write(Array.from({ length: 60 }, (_, i) => ({ prompt: `a${String.fromCodePoint(0x4e00 + i)}`, reference: "a" })));
  expect(() => make({ tokenizer: "characters", unfit: "leave-out" })).toThrow('lower "test"');
});

test("unknown words of held-out prompts have a token of their own", () => {
  write(sums.map(({ prompt }, i) => ({ prompt, reference: i % 2 ? "odd" : "even" })));
  const { tokenizer, test: held } = make({ tokenizer: "words" });
  for (const { text } of held) expect(tokenizer.encode(text)).toContain(tokenizer.unknownId);
});

test("with a file of its own for what is held out, none of its prompts is trained on", () => {
  const held = sums.slice(0, 10).map(({ prompt, reference }) => ({ prompt: `${prompt} !`, reference }));
  write([...sums, { prompt: "~ !", reference: "it is 0" }]);
  write([...held, { prompt: "~ !", reference: "it is 0" }], "held.jsonl");
  const changes = { heldOut: { path: "held.jsonl" }, unfit: "leave-out" } as const;
  // No training line that is left has a "!": those with one are held out, and cannot be written.
  expect(() => make({ ...changes, tokenizer: "characters" })).toThrow("held.jsonl: expected at least one prompt, got none");
  const { tokenizer, train } = make({ ...changes, test: 11, tokenizer: { bpe: 300 } });
  const trained = trainTokenizer(
    sums.flatMap(({ prompt, reference }) => [prompt, reference]),
    { bpe: 300 },
  );
  expect([train.length, tokenizer.toJSON()]).toEqual([40, trained.toJSON()]);
});

test("conversations are written plainly, and the tokenizer keeps how; prompts have no template", () => {
  write(sums);
  expect(make({ tokenizer: "characters" }).tokenizer).not.toHaveProperty("chatTemplate");
  write(sums.map(({ prompt, reference }) => ({ messages: [{ role: "user", content: prompt }], reference })));
  for (const tokenizer of kinds) {
    const task = make({ tokenizer });
    expect(task.train[0]!.text).toMatch(/^user:\nwhat is \d+ and \d+\?\nassistant:\n$/u);
    const document = task.tokenizer.toJSON();
    expect(document).toHaveProperty(["tokenizer_config.json", "chat_template"]);
    const again = make({ tokenizer }, { tokenizer: document });
    expect([again.train, again.tokenizer.toJSON()]).toEqual([task.train, document]);
  }
});

test("a trained tokenizer in a file is used as it is, for conversations too", () => {
  write(sums);
  const trained = trainTokenizer(
    sums.flatMap(({ prompt, reference }) => [prompt, reference]),
    { bpe: 300 },
  );
  writeFileSync(join(folder, "own.json"), JSON.stringify(trained.toJSON()));
  const tokenizer = { path: "own.json" };
  expect(make({ tokenizer }).tokenizer.toJSON()).toEqual(trained.toJSON());
  write(sums.map(({ prompt, reference }) => ({ messages: [{ role: "user", content: prompt }], reference })));
  expect(make({ tokenizer }).train[0]!.text).toContain("user:\nwhat");
});

test.each<[string, Changes, string]>([
  ["no file", { tokenizer: { path: "none.json" } }, "none.json: expected a tokenizer.json, got no file"],
  ["no JSON", { tokenizer: { path: "lines.jsonl" } }, "lines.jsonl: "],
  ["too few lines", { tokenizer: "words", test: 100 }, "expected at least 101 prompts, 100 of them to test on, got 40; lower"],
  ["a cut, which would need a tokenizer before", { tokenizer: "words", unfit: "cut" }, 'expected "refuse" or "leave-out" of "unfit"'],
])("%s is refused", (_, changes, message) => {
  write(sums);
  expect(() => make(changes)).toThrow(message);
});

test("a task brings its tokenizer unless a checkpoint has it", () => {
  expect(
    [undefined, { checkpoint: "a" }, "words", { bpe: 300 }, { path: "a" }].map((tokenizer) =>
      bringsTokenizer({ type: "prompts", tokenizer }),
    ),
  ).toEqual([false, false, true, true, true]);
  expect(bringsTokenizer({ type: "arithmetic", tokenizer: "characters" })).toBe(false);
});
