/** Tests of the texts of a file; test/cli/commands/tokenizer trains on them. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { fileTexts } from "../../../src/experiments/inputs/file-texts.ts";

const folder = mkdtempSync(join(tmpdir(), "retort-file-texts-"));
const write = (name: string, text: string | Uint8Array): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

test("prompts and completions of every line, or lines with their ends", async () => {
  vi.stubEnv("XDG_CACHE_HOME", join(folder, "cache"));
  expect(await fileTexts(write("a.jsonl", '{"prompt":"a","chosen":"b","rejected":"c"}\n{"prompt":"d"}'), {})).toEqual(["a", "b", "c", "d"]);
  expect(await fileTexts(write("a.tsv", "q\tr\n1\t2\n"), { prompt: "{q}?", reference: "{r}" })).toEqual(["1?", "2"]);
  expect(await fileTexts(write("a.md", "é\n\nb"), {})).toEqual(["é\n", "\n", "b"]);
  vi.unstubAllEnvs();
});

test("of a plain file no more than is trained on, in whole lines", async () => {
  const line = `${"a".repeat(2 ** 20 - 2)}\n`;
  expect(await fileTexts(write("long.txt", line.repeat(17)), {})).toHaveLength(16);
});

test("a file without texts, and one that is no text, are refused by name", async () => {
  await expect(fileTexts(write("empty.txt", ""), {})).rejects.toThrow(`${join(folder, "empty.txt")}: expected texts, got none`);
  await expect(fileTexts(write("bytes.txt", Buffer.from([0xff, 0xfe])), {})).rejects.toThrow(
    `${join(folder, "bytes.txt")}: expected text in UTF-8`,
  );
  await expect(fileTexts(write("a.csv", "q\n1\n"), { prompt: "{r}" })).rejects.toThrow(/a\.csv: expected a column "r", got q/u);
});
