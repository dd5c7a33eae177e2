/** Tests of what is known of a file of prompts before there is a task. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { gzipSync } from "node:zlib";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { promptFacts } from "../../../src/experiments/inputs/prompt-facts.ts";

const folder = mkdtempSync(join(tmpdir(), "retort-prompt-facts-"));
const write = (name: string, text: string | Uint8Array): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

beforeAll(() => void vi.stubEnv("XDG_CACHE_HOME", join(folder, "cache")));
afterAll(() => void vi.unstubAllEnvs());

test("rows are counted as rows, whatever the lines, and keys by the usual names are taken", async () => {
  const csv = write("a.csv", 'id,question,answer\n1,"two\nlines",b\n2,c,d\n');
  expect(await promptFacts(csv)).toEqual({ rows: 2, templates: { prompt: "{question}", reference: "{answer}" }, answered: true });
  const parquet = join(import.meta.dirname, "../../fixtures/parquet/questions.parquet");
  expect(await promptFacts(parquet)).toEqual({ rows: 60, templates: { prompt: "{question}", reference: "{answer}" }, answered: true });
  const lines = '{"text":"a","id":1}\n\n{"text":"b","id":2}\n';
  for (const path of [write("a.jsonl", lines), write("b.jsonl.gz", gzipSync(lines))])
    expect(await promptFacts(path)).toEqual({ rows: 2, templates: { prompt: "{text}" }, answered: false });
});

test("what a task reads as it is needs no template, and what is said counts", async () => {
  const pairs = write("c.jsonl", '{"prompt":"a","chosen":"b","rejected":"c","answer":"d"}\n');
  expect(await promptFacts(pairs)).toEqual({ rows: 1, templates: {}, answered: true });
  expect(await promptFacts(write("d.jsonl", '{"messages":[]}\n'))).toEqual({ rows: 1, templates: {}, answered: false });
  const given = { prompt: "Q: {x}", reference: "{y}" };
  expect(await promptFacts(write("e.jsonl", '{"x":"a","y":"b"}\n'), given)).toEqual({ rows: 1, templates: given, answered: true });
});

test("what says nothing of a prompt is refused with its keys and the way on", async () => {
  await expect(promptFacts(write("f.tsv", "x\ty\n1\t2\n"))).rejects.toThrow(
    /f\.tsv: expected "prompt" or "messages", got x, y; say what a prompt is made of, such as --prompt "\{x\}"/u,
  );
  await expect(promptFacts(write("g.jsonl", '{"x":"a"}\n'), { prompt: "{y}" })).rejects.toThrow(/g\.jsonl:1: expected a text \{y\}/u);
  await expect(promptFacts(write("h.csv", "x\n1\n"), { prompt: "{y}" })).rejects.toThrow(/h\.csv: expected a column "y", got x/u);
  await expect(promptFacts(write("i.jsonl", "[1]\n"))).rejects.toThrow(/i\.jsonl:1: expected an object/u);
  await expect(promptFacts(write("j.jsonl", "\n"))).rejects.toThrow("expected rows with prompts, got none");
  await expect(promptFacts(join(folder, "none.csv"))).rejects.toThrow("none.csv: expected a file of prompts, got none");
});
