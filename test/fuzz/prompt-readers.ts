/** Files of prompts that are fuzzed: each line is read as a task reads it, plainly, by templates, and for an answer in a chat. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readJsonLines } from "../../src/tasks/prompts/json-lines.ts";
import { readPromptLine } from "../../src/tasks/prompts/prompt-lines.ts";
import { shapeRow } from "../../src/tasks/prompts/row-template.ts";
import { characterTokenizer } from "../../src/tokenizers/characters.ts";
import { withPlainChat } from "../../src/tokenizers/plain-chat.ts";
import { jsonLines, type FuzzedReader } from "./reader.ts";

const writer = withPlainChat(characterTokenizer("abc123+= :\n"));

const lines = (...values: readonly unknown[]): Uint8Array =>
  new TextEncoder().encode(values.map((value) => `${JSON.stringify(value)}\n`).join(""));

let folder: string | undefined;

/** Reads a file of strangers, which `read` gets line by line. */
const reader = (name: string, seeds: readonly Uint8Array[], read: (value: unknown, location: string) => unknown): FuzzedReader => ({
  name,
  seeds,
  weight: 0.5,
  json: jsonLines,
  read: (bytes) => {
    folder ??= mkdtempSync(join(tmpdir(), "retort-prompts-"));
    const path = join(folder, "prompts.jsonl");
    writeFileSync(path, bytes);
    return readJsonLines(path, read);
  },
  close: async () => {
    if (folder !== undefined) rmSync(folder, { recursive: true });
    folder = undefined;
  },
});

const chats = [
  { messages: [{ role: "user", content: "1+2=" }], reference: "3", tests: ["assert a"] },
  {
    messages: [
      { role: "user", content: "a" },
      { role: "assistant", content: "b" },
    ],
    chosen: "c",
    rejected: "a",
    why: "ü",
  },
];

/** Every reader of prompts. */
export const readers: readonly FuzzedReader[] = [
  reader("prompt-lines", [lines({ prompt: "1+2=", reference: "3" }, { prompt: "a", why: "b" }), lines(...chats)], (value, location) =>
    readPromptLine(value, location, writer),
  ),
  reader(
    "prompt-rows",
    [lines({ question: "1+2=", answer: { text: "so #### 3" }, n: 1 }, { question: "a", answer: { text: "b" }, n: true })],
    (value, location) => {
      const row = shapeRow(value, location, {
        prompt: "{question} {n}",
        reference: "{answer.text}",
        replace: [{ start: "####", end: " ", by: "" }],
      });
      return readPromptLine(row, location, writer, ["question"]);
    },
  ),
];
