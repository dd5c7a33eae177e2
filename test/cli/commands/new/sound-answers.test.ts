/** Tests of what is said of answers before a file is written; walk.test.ts has those that go together. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { answersOf } from "../../../../src/cli/commands/new/answers.ts";
import { soundText } from "../../../../src/cli/commands/new/sound-answers.ts";

const folder = mkdtempSync(join(tmpdir(), "retort-sound-"));
const file = join(folder, "x.json");
const lines = (name: string, rows: readonly object[]): string => {
  writeFileSync(join(folder, name), rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
  return join(folder, name);
};
const small = { rung: "sft", student: "1x8" } as const;
const rows = Array.from({ length: 12 }, (_, i) => ({ prompt: `${i}?`, reference: `${i}!` }));

test("rows that a task refuses are left out, and the first of them is named", async () => {
  const prompts = lines("a.jsonl", [...rows.slice(0, 10), { prompt: "x", reference: "long ".repeat(2000) }, rows[3]!]);
  const { text, notes } = await soundText(file, await answersOf(file, { ...small, prompts }));
  expect(notes).toMatchObject([expect.stringMatching(/^10 prompts are used, and others left out[^]*a\.jsonl:1[12]: expected/u)]);
  expect(text).toContain('"unfit": "leave-out"');
  expect(text).toContain('"test": 2');
});

test("what is wrong elsewhere is refused with its place", async () => {
  const words = lines(
    "b.jsonl",
    rows.map(({ prompt }) => ({ prompt, reference: "no number" })),
  );
  const answers = await answersOf(file, { rung: "rl", student: "1x8", reward: "numeric-answer", prompts: words });
  await expect(soundText(file, answers)).rejects.toThrow(
    /these answers do not go together: \/rewards\/0: [^]*expected a number in the reference/u,
  );
  const mixed = lines("c.jsonl", [rows[0]!, { prompt: "z" }, rows[1]!]);
  await expect(soundText(file, await answersOf(file, { ...small, prompts: mixed }))).rejects.toThrow(
    /c\.jsonl:2: expected "reference" in all lines or in none/u,
  );
});

test("of a checkpoint of the Hub nothing is fetched, and that is said", async () => {
  const { text, notes } = await soundText(file, await answersOf(file, { rung: "sft", student: "owner/name" }));
  expect(notes).toMatchObject([expect.stringContaining("retort validate fetches it")]);
  expect(text).toContain('"checkpoint": "owner/name"');
});
