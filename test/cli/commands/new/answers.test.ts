/** Tests of what `retort new` makes of what it is told. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InvalidArgumentError } from "commander";
import { expect, test } from "vitest";
import { answersOf, heldOut, modelFrom, promptsFile } from "../../../../src/cli/commands/new/answers.ts";

const folder = mkdtempSync(join(tmpdir(), "retort-new-"));
const file = join(folder, "x.json");
const prompts = join(folder, "p.jsonl");
writeFileSync(prompts, '{"prompt":"a","reference":"b"}\n'.repeat(40));

test("a size is a new policy, and anything else a checkpoint, named from the file", () => {
  expect(modelFrom(file, "2x64")).toEqual({ layers: 2, width: 64 });
  expect(modelFrom(file, " owner/name ")).toEqual({ checkpoint: "owner/name" });
  expect(modelFrom(file, prompts)).toEqual({ checkpoint: "./p.jsonl" });
  expect(modelFrom(join(folder, "deep", "x.json"), prompts)).toEqual({ checkpoint: "../p.jsonl" });
  for (const wrong of ["2x63", "0x64", "2x0", " "]) expect(() => modelFrom(file, wrong)).toThrow(InvalidArgumentError);
});

test("what is not said has its default", async () => {
  const answers = await answersOf(file, {});
  expect(answers).toMatchObject({
    rung: "rl-gkd",
    task: { type: "arithmetic" },
    teacher: { layers: 2, width: 64 },
    steps: 300,
    sweep: false,
  });
  expect(answers.schema).toMatch(/^\.\.\/.*\/schema\/experiment\.json$/u);
  expect(answers.question).toContain("?");
});

test("prompts use the tokens of the checkpoint that is there, and a share of them is held out", async () => {
  expect(await answersOf(file, { prompts, teacher: "owner/name" })).toMatchObject({
    task: { type: "prompts", path: "p.jsonl", test: 8 },
    tokenizer: { checkpoint: "owner/name" },
  });
  expect((await answersOf(file, { prompts, student: "owner/name", rung: "rl" })).tokenizer).toBeUndefined();
  expect((await answersOf(file, { prompts, rung: "sft", tokenizer: "a/b" })).tokenizer).toEqual({ checkpoint: "a/b" });
  // Without one they are trained on the prompts.
  for (const said of [{ prompts }, { prompts, rung: "rl" as const }]) expect((await answersOf(file, said)).tokenizer).toEqual({ bpe: 512 });
  expect((await answersOf(file, {})).tokenizer).toBeUndefined();
});

test("answers that do not go together are refused", async () => {
  await expect(answersOf(file, { teacher: "a/b" })).rejects.toThrow("both new, or both checkpoints");
  await expect(answersOf(file, { prompts: join(folder, "none") })).rejects.toThrow(InvalidArgumentError);
  expect(() => promptsFile(folder)).toThrow("expected a file of prompts");
});

test("a flag that changes nothing is refused, and one that nothing reads", async () => {
  for (const [said, reason] of [
    [{ rung: "sft", teacher: "2x64" }, "--teacher: sft has none"],
    [{ rung: "gkd", reward: "bleu" }, "--reward: gkd has none"],
    [{ tokenizer: "a/b" }, "beside sums, which have tokens of their own"],
    [{ prompts, tokenizer: "2x64" }, "--tokenizer: expected a checkpoint"],
    [{ prompts, rung: "sft", student: "a/b", tokenizer: "c/d" }, "beside checkpoints, which have their own"],
    [{ reference: "{a}" }, "expected --prompts beside them"],
  ] as const)
    await expect(answersOf(file, said)).rejects.toThrow(reason);
});

test("without references a reward that compares is refused, and one that does not is taken", async () => {
  const bare = join(folder, "bare.jsonl");
  writeFileSync(bare, '{"prompt":"a"}\n{"prompt":"b"}\n');
  const said = { rung: "rl", prompts: bare, student: "a/b" } as const;
  expect((await answersOf(file, said)).reward.value).toEqual({ module: "reward.ts" });
  await expect(answersOf(file, { ...said, reward: "bleu" })).rejects.toThrow("take one of module, length, repetition, regular-expression");
  expect((await answersOf(file, { ...said, reward: "length" })).reward.value).toMatchObject({ type: "length" });
});

test("what is held out is a fifth, at least one and at most a hundred", async () => {
  expect([2, 9, 10, 500, 10_000].map(heldOut)).toEqual([1, 1, 2, 100, 100]);
  const one = join(folder, "one.jsonl");
  writeFileSync(one, '{"prompt":"a","reference":"b"}\n');
  await expect(answersOf(file, { prompts: one })).rejects.toThrow("expected at least 2 prompts, one to hold out, got 1");
});
