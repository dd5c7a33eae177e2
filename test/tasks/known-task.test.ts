/** Which tasks are made once. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { tasks, type TaskValues } from "../../src/tasks/index.ts";
import { characterTokenizer } from "../../src/tokenizers/characters.ts";
import { knownTask } from "../../src/tasks/known-task.ts";

const arithmetic: TaskValues = { type: "arithmetic", numbers: [2, 2], range: [1, 9], operators: "+", train: 4, test: 2 };
const copy = <T>(value: T): T => structuredClone(value);

test("a task of equal values and seed is the one that was made before, and what tasks.create makes", () => {
  const first = knownTask(arithmetic, { seed: 1, folder: "a" });
  expect(knownTask(copy(arithmetic), { seed: 1, folder: "b" })).toBe(first);
  const made = tasks.create(copy(arithmetic), { seed: 1 });
  expect([first.train, first.test, first.longest]).toEqual([made.train, made.test, made.longest]);
  expect(knownTask(arithmetic, { seed: 2 })).not.toBe(first);
  expect(knownTask({ ...arithmetic, train: 5 }, { seed: 1 }).train).toHaveLength(5);
  const tokenizer = first.tokenizer.toJSON();
  expect(knownTask(arithmetic, { seed: 1, tokenizer })).not.toBe(first);
  expect(knownTask(arithmetic, { seed: 1 })).toBe(first);
});

test("only the last ones are kept", () => {
  const first = knownTask(arithmetic, { seed: 10 });
  for (const seed of [11, 12, 13]) knownTask(arithmetic, { seed });
  expect(knownTask(arithmetic, { seed: 10 })).toBe(first);
  for (const seed of [14, 15, 16, 17]) knownTask(arithmetic, { seed });
  expect(knownTask(arithmetic, { seed: 10 })).not.toBe(first);
});

test("a task of a file is made anew: the file may be another", () => {
  const folder = mkdtempSync(join(tmpdir(), "retort-known-"));
  const write = (answer: string): void =>
    writeFileSync(join(folder, "prompts.jsonl"), `{"prompt":"on","reference":"${answer}"}\n{"prompt":"tw","reference":"${answer}"}\n`);
  const values: TaskValues = {
    type: "prompts",
    path: "prompts.jsonl",
    test: 1,
    promptTokens: 4,
    completionTokens: 4,
    tokenizer: "characters",
  };
  write("one");
  const tokenizer = characterTokenizer("onetw").toJSON();
  const first = knownTask(values, { seed: 1, folder, tokenizer });
  write("two");
  const second = knownTask(values, { seed: 1, folder, tokenizer });
  rmSync(folder, { recursive: true });
  expect([first, second].map(({ train }) => train[0]!.reference)).toEqual(["one", "two"]);
});
