/** Tests of tokenizers by name; test/cli/commands/tokenizer names files, folders and models. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { namedTokenizer } from "../../../src/experiments/inputs/named-tokenizer.ts";
import { characterTokenizer } from "../../../src/tokenizers/characters.ts";
import { withPlainChat } from "../../../src/tokenizers/plain-chat.ts";

const folder = mkdtempSync(join(tmpdir(), "retort-named-tokenizer-"));
const write = (name: string, document: unknown): string => {
  writeFileSync(join(folder, name), JSON.stringify(document));
  return join(folder, name);
};

test("a file has one document or several, and its errors name it", async () => {
  const made = withPlainChat(characterTokenizer("ab"));
  expect((await namedTokenizer(write("all.json", made.toJSON()))).chatTemplate).toBe(made.chatTemplate);
  expect((await namedTokenizer(write("one.json", characterTokenizer("ab").toJSON()))).encode("ab")).toEqual([2, 3]);
  for (const wrong of [{}, 7, { "tokenizer.json": 1 }])
    await expect(namedTokenizer(write("wrong.json", wrong))).rejects.toThrow(join(folder, "wrong.json"));
  writeFileSync(join(folder, "text.json"), "text");
  await expect(namedTokenizer(join(folder, "text.json"))).rejects.toThrow(join(folder, "text.json"));
});
