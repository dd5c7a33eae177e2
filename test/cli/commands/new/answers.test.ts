/** Tests of what `retort new` makes of what it is told. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InvalidArgumentError } from "commander";
import { expect, test } from "vitest";
import { answersOf, modelFrom, plainRewards, promptsFile } from "../../../../src/cli/commands/new/answers.ts";
import { planSource } from "../../../../src/experiments/planning/run-plan.ts";
import { parseSource } from "../../../../src/experiments/file/file-source.ts";
import { startingFile } from "../../../../src/experiments/file/starting-file.ts";

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

test("every reward that is offered needs nothing more", async () => {
  for (const reward of plainRewards) {
    const text = startingFile(await answersOf(file, { reward, rung: "rl" }));
    expect(planSource(parseSource(file, text), [])[0]!.values.rewards).toMatchObject([{ type: reward }]);
  }
});

test("prompts use the tokens of the checkpoint that is there, and a share of them is held out", async () => {
  expect(await answersOf(file, { prompts, teacher: "owner/name" })).toMatchObject({
    task: { type: "prompts", path: "p.jsonl", test: 8 },
    tokenizer: { checkpoint: "owner/name" },
  });
  expect((await answersOf(file, { prompts, student: "owner/name", rung: "rl" })).tokenizer).toBeUndefined();
  expect((await answersOf(file, { prompts, rung: "sft", tokenizer: "a/b" })).tokenizer).toEqual({ checkpoint: "a/b" });
  // Without one they are trained on the prompts.
  for (const said of [{ prompts }, { prompts, teacher: "a/b", rung: "rl" as const }])
    expect((await answersOf(file, said)).tokenizer).toEqual({ bpe: 512 });
  expect((await answersOf(file, {})).tokenizer).toBeUndefined();
});

test("answers that do not go together are refused", async () => {
  await expect(answersOf(file, { teacher: "a/b" })).rejects.toThrow("both new, or both checkpoints");
  await expect(answersOf(file, { prompts: join(folder, "none") })).rejects.toThrow(InvalidArgumentError);
  expect(() => promptsFile(folder)).toThrow("expected a file of lines");
});
