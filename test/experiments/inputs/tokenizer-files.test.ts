/** Tokenizers on the disk. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { ggufDocuments, readTokenizerFiles, writeTokenizerFiles } from "../../../src/experiments/inputs/tokenizer-files.ts";
import { sameTokens } from "../../../src/experiments/rules/tokenizer-rules.ts";
import { tokenizerOf } from "../../../src/policies/checkpoints/gguf/gguf-tokenizer.ts";
import type { MetadataValue } from "../../../src/policies/checkpoints/gguf/gguf-values.ts";
import { characterTokenizer } from "../../../src/tokenizers/characters.ts";
import { readTokenizer, tokenizerFromJSON } from "../../../src/tokenizers/read.ts";
import { vocabularySize, writeModel } from "../../fixtures/model-folder.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "retort-tokenizer-"));
});

test("a checkpoint's documents are those that are there", async () => {
  await writeModel(folder);
  const documents = await readTokenizerFiles(folder);
  expect(Object.keys(documents!)).toEqual(["tokenizer.json", "tokenizer_config.json", "config.json"]);
  const tokenizer = tokenizerFromJSON(documents);
  expect(tokenizer.vocabularySize).toBe(vocabularySize);
  writeFileSync(join(folder, "chat_template.jinja"), "{{ messages }}");
  expect(await readTokenizerFiles(folder)).toMatchObject({ "chat_template.jinja": "{{ messages }}" });
});

test("a folder without a tokenizer has none", async () => {
  await writeModel(folder);
  rmSync(join(folder, "tokenizer.json"));
  expect(await readTokenizerFiles(folder)).toBeUndefined();
});

test("what is written is read as the same tokenizer, of the project or of a stranger", async () => {
  await writeModel(folder);
  const stranger = readTokenizer((await readTokenizerFiles(folder))!);
  for (const tokenizer of [characterTokenizer("ab"), stranger]) {
    const copy = mkdtempSync(join(tmpdir(), "retort-tokenizer-"));
    await writeTokenizerFiles(copy, tokenizer);
    expect(readdirSync(copy)).not.toContain("config.json");
    const again = tokenizerFromJSON(await readTokenizerFiles(copy));
    expect(sameTokens(again, tokenizer)).toBe(true);
    expect(again.encode("ab")).toEqual(tokenizer.encode("ab"));
    expect([again.endId, again.padId]).toEqual([tokenizer.endId, tokenizer.padId]);
  }
  expect(sameTokens(stranger, characterTokenizer("ab"))).toBe(false);
});

test("every end that a GGUF file names ends a completion", () => {
  const metadata = { model: "gpt2", pre: "gpt-2", tokens: ["a", "b", "ab", "<end>"], merges: ["a b"], eos_token_id: 3 };
  const stopIdsOf = (more: Readonly<Record<string, number>>): readonly number[] => {
    const entries = Object.entries<MetadataValue>({ ...metadata, ...more });
    return readTokenizer(ggufDocuments(tokenizerOf(new Map(entries.map(([key, value]) => [`tokenizer.ggml.${key}`, value])))!)).stopIds;
  };
  expect(stopIdsOf({})).toEqual([3]);
  expect(stopIdsOf({ eot_token_id: 1, eom_token_id: 0 })).toEqual([3, 1, 0]);
});

test("a document that is no JSON is refused with its path", async () => {
  await writeModel(folder);
  const path = join(folder, "tokenizer.json");
  truncateSync(path, readFileSync(path).length - 1);
  await expect(readTokenizerFiles(folder)).rejects.toThrow(path);
});
