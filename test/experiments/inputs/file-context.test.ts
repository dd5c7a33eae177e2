/** What rules may ask besides the file. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readCheckpoints } from "../../../src/experiments/inputs/checkpoints.ts";
import { FileContext } from "../../../src/experiments/inputs/file-context.ts";
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
  const fileContext = new FileContext();
  expect(fileContext.make(values)).toBe(fileContext.make({ ...values, task: { ...values.task } }));
  expect(fileContext.make(values)).not.toBe(fileContext.make({ ...values, taskSeed: 1 }));
  const wrong = { ...values, task: { ...values.task, train: 99_999 } };
  expect(fileContext.make(wrong)).toMatchObject({ message: expect.stringContaining("expected at most") as string });
  expect(() => fileContext.task(wrong)).toThrow(RangeError);
});

test("a task may be written in the tokens of a checkpoint, and read a file beside the experiment", async () => {
  const folder = mkdtempSync(join(tmpdir(), "retort-fileContext-"));
  await writeModel(join(folder, "tiny"));
  writeFileSync(join(folder, "prompts.jsonl"), '{"prompt": "a"}\n{"prompt": "b"}\n');
  const fileContext = new FileContext(folder, { checkpoints: await readCheckpoints(["tiny", "./none"], folder), data: new Map() });
  expect(fileContext.task({ ...values, tokenizer: "tiny" }).tokenizer.vocabularySize).toBe(vocabularySize);
  expect(fileContext.task(values).tokenizer.vocabularySize).toBe(17);
  const prompts = { type: "prompts", path: "prompts.jsonl", test: 1, promptTokens: 9, completionTokens: 9 } as const;
  expect(fileContext.task({ task: prompts, taskSeed: 0, tokenizer: "tiny" }).train).toHaveLength(1);
  expect(fileContext.make({ task: prompts, taskSeed: 0 })).toMatchObject({
    message: expect.stringContaining("expected a tokenizer") as string,
  });
  expect(fileContext.tokenizer("tiny")).toBe(fileContext.tokenizer("tiny"));
  expect(fileContext.checkpoint("tiny").policy.vocabularySize).toBe(vocabularySize);
  expect(() => fileContext.checkpoint("./none")).toThrow("no folder or file is at");
});

test("a checkpoint that was not read is refused with what to do", () => {
  expect(() => new FileContext().checkpoint("tiny")).toThrow('checkpoint "tiny" was not read; plan the file with prepareExperiment');
  expect(() => new FileContext().tokenizer("tiny")).toThrow("was not read");
});
