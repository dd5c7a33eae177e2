/** Tests of the plain template of conversations. */
import { expect, test } from "vitest";
import { trainBpe } from "../../src/tokenizers/bpe/train.ts";
import { characterTokenizer } from "../../src/tokenizers/characters.ts";
import { chatPrompt } from "../../src/tokenizers/chat/prompt.ts";
import { plainWriter, withPlainChat } from "../../src/tokenizers/plain-chat.ts";
import { readTokenizer, tokenizerFromJSON } from "../../src/tokenizers/read.ts";

const messages = [
  { role: "system", content: "short" },
  { role: "user", content: "{{ 1 }}\nhi" },
];
const written = "system:\nshort\nuser:\n{{ 1 }}\nhi\n";

test("writes each message below its role, and the assistant's last", () => {
  const template = plainWriter.chatTemplate!;
  expect(chatPrompt(template, messages, { addGenerationPrompt: false })).toBe(written);
  expect(chatPrompt(template, messages, { addGenerationPrompt: true })).toBe(`${written}assistant:\n`);
});

test.each([
  ["characters", characterTokenizer("\n:abcdefghijklmnopqrstuvwxyz{} 1")],
  ["a BPE", trainBpe([written], { vocabularySize: 260, minimumCount: 1 })],
])("stays with a tokenizer of %s wherever its JSON goes", (_, plain) => {
  const made = withPlainChat(plain);
  expect(made.chatTemplate).toBe(plainWriter.chatTemplate);
  expect(made.encode(written)).toEqual(plain.encode(written));
  const document = JSON.parse(JSON.stringify(made.toJSON())) as { readonly "tokenizer.json": unknown };
  expect(tokenizerFromJSON(document)).toMatchObject({ chatTemplate: made.chatTemplate, endId: 1, padId: 0 });
  // Beside the files of a student that was saved it says the same.
  expect(readTokenizer({ ...document, "config.json": { eos_token_id: 1, pad_token_id: 0 } }).toJSON()).toEqual(made.toJSON());
  expect(readTokenizer({ "tokenizer.json": plain.toJSON(), "config.json": { eos_token_id: 1 } }).toJSON()).toEqual(plain.toJSON());
});
