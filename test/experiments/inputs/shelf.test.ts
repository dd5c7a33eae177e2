/** What rules may ask besides the file. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { lookAt } from "../../../src/experiments/inputs/checkpoints.ts";
import { Shelf } from "../../../src/experiments/inputs/shelf.ts";
import { vocabularySize, writeModel } from "../../fixtures/model-folder.ts";

const values = {
  task: {
    type: "arithmetic",
    numbers: [2, 3] as [number, number],
    range: [1, 9] as [number, number],
    operators: "+-",
    train: 10,
    test: 5,
  },
  taskSeed: 0,
} as const;

test("a task is made once", () => {
  const shelf = new Shelf();
  expect(shelf.take(values)).toBe(shelf.take({ ...values, task: { ...values.task } }));
  expect(shelf.take(values)).not.toBe(shelf.take({ ...values, taskSeed: 1 }));
  const wrong = { ...values, task: { ...values.task, train: 99_999 } };
  expect(shelf.take(wrong)).toMatchObject({ message: expect.stringContaining("expected at most") as string });
  expect(() => shelf.task(wrong)).toThrow(RangeError);
});

test("a task may be written in the tokens of a checkpoint, and read a file beside the experiment", async () => {
  const folder = mkdtempSync(join(tmpdir(), "retort-shelf-"));
  await writeModel(join(folder, "tiny"));
  writeFileSync(join(folder, "prompts.jsonl"), '{"prompt": "a"}\n{"prompt": "b"}\n');
  const shelf = new Shelf(folder, { checkpoints: await lookAt(["tiny", "./none"], folder), data: new Map() });
  expect(shelf.task({ ...values, tokenizer: "tiny" }).tokenizer.vocabularySize).toBe(vocabularySize);
  expect(shelf.task(values).tokenizer.vocabularySize).toBe(17);
  const prompts = { type: "prompts", path: "prompts.jsonl", test: 1, promptTokens: 9, completionTokens: 9 } as const;
  expect(shelf.task({ task: prompts, taskSeed: 0, tokenizer: "tiny" }).train).toHaveLength(1);
  expect(shelf.take({ task: prompts, taskSeed: 0 })).toMatchObject({ message: expect.stringContaining("expected a tokenizer") as string });
  expect(shelf.tokenizer("tiny")).toBe(shelf.tokenizer("tiny"));
  expect(shelf.checkpoint("tiny").policy.vocabularySize).toBe(vocabularySize);
  expect(() => shelf.checkpoint("./none")).toThrow("no folder or file is at");
});

test("a checkpoint that was not looked at is refused with what to do", () => {
  expect(() => new Shelf().checkpoint("tiny")).toThrow('checkpoint "tiny" was not looked at; plan the file with prepareExperiment');
  expect(() => new Shelf().tokenizer("tiny")).toThrow("was not looked at");
});
