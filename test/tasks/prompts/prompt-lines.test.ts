/** Lines of prompts: texts, conversations, and what is neither. */
import { expect, test } from "vitest";
import { characterTokenizer } from "../../../src/tokenizers/characters.ts";
import { readTokenizer } from "../../../src/tokenizers/read.ts";
import { readPromptLine } from "../../../src/tasks/prompts/prompt-lines.ts";

const plain = characterTokenizer("abc");
const template =
  "{% for m in messages %}<{{ m.role }}>{{ m.content }}{{ eos_token }}{% endfor %}{% if add_generation_prompt %}<assistant>{% endif %}";
const chatting = readTokenizer({ "tokenizer.json": plain.toJSON(), "chat_template.jinja": template });
const location = "file:3";

test("a text is taken as it is, other keys are ignored", () => {
  expect(readPromptLine({ prompt: " a b ", id: 7 }, location, plain)).toEqual({ text: " a b ", reference: undefined, location });
  expect(readPromptLine({ prompt: "a", reference: "" }, location, plain)).toEqual({ text: "a", reference: "", location });
  expect(readPromptLine({ prompt: "a", tests: ["b()"] }, location, plain)).toEqual({
    text: "a",
    reference: undefined,
    tests: ["b()"],
    location,
  });
});

test("a pair has a better and a worse completion", () => {
  const pair = { text: "a", reference: "b", rejected: "c", location };
  expect(readPromptLine({ prompt: "a", chosen: "b", rejected: "c" }, location, plain)).toEqual(pair);
  expect(readPromptLine({ prompt: "a", reference: "b", rejected: "c" }, location, plain)).toEqual(pair);
  expect(readPromptLine({ prompt: "a", chosen: "b" }, location, plain)).toEqual({ text: "a", reference: "b", location });
});

test("a conversation is written by the template, up to the assistant's answer", () => {
  const messages = [
    { role: "system", content: "b" },
    { role: "user", content: "a", name: "x" },
  ];
  expect(readPromptLine({ messages, reference: "c" }, location, chatting)).toEqual({
    text: "<system>b<eos><user>a<eos><assistant>",
    reference: "c",
    conversation: true,
    location,
  });
});

test.each<[string, unknown, string]>([
  ["no object", 7, "file:3: expected an object with prompt or messages, got 7"],
  [
    "neither",
    { id: 7, Question: "a", answer: "b" },
    'file:3: expected "prompt" or "messages", got "id", "Question", "answer"; add "prompt": "{Question}", "reference": "{answer}" to the task',
  ],
  ["an empty prompt", { prompt: "" }, 'file:3: expected string length greater or equal to 1 at /prompt, got ""'],
  ["no messages", { messages: [] }, "file:3: expected array length to be greater or equal to 1 at /messages, got []"],
  ["a message without a role", { messages: [{ content: "a" }] }, "file:3: expected required property at /messages/0/role"],
  ["a worse completion alone", { prompt: "a", rejected: "c" }, 'file:3: expected "chosen" beside "rejected", and another one, got none'],
  [
    "two equal ones",
    { prompt: "a", chosen: "c", rejected: "c" },
    'file:3: expected "chosen" beside "rejected", and another one, got the same',
  ],
  ["two better ones", { prompt: "a", chosen: "b", reference: "b" }, 'file:3: expected "reference" or "chosen", got both'],
  ["no tests", { prompt: "a", tests: [] }, "file:3: expected array length to be greater or equal to 1 at /tests, got []"],
  ["a test that is no text", { prompt: "a", tests: [1] }, "file:3: expected string at /tests/0, got 1"],
  [
    "a prompt without bottom",
    { prompt: JSON.parse(`${"[".repeat(20_000)}${"]".repeat(20_000)}`) as unknown },
    "file:3: expected string at /prompt, got a value that is no JSON, or nested too deeply",
  ],
  ["a message that is no text", { messages: [{ role: "user", content: [1] }] }, "file:3: expected string at /messages/0/content, got [1]"],
])("%s is refused with its location", (_, value, message) => {
  expect(() => readPromptLine(value, location, chatting)).toThrow(RangeError);
  expect(() => readPromptLine(value, location, chatting)).toThrow(message);
});

test("a field without bottom is refused with its location", () => {
  const value = { prompt: "a", why: JSON.parse(`${"[".repeat(20_000)}${"]".repeat(20_000)}`) as unknown };
  expect(() => readPromptLine(value, location, plain, ["why"])).toThrow(
    'file:3: expected a text "why", which the task\'s "fields" name, got a value that is no JSON, or nested too deeply',
  );
});

test("messages without a template, and those that a template refuses, are refused with their location", () => {
  const line = { messages: [{ role: "user", content: "a" }] };
  expect(() => readPromptLine(line, location, plain)).toThrow(
    "file:3: expected a tokenizer with a chat template for messages, got one without",
  );
  const refusing = readTokenizer({ "tokenizer.json": plain.toJSON(), "chat_template.jinja": "{{ raise_exception('no') }}" });
  expect(() => readPromptLine(line, location, refusing)).toThrow(/^file:3: .*no/u);
  expect(() => readPromptLine(line, location, refusing)).toThrow(RangeError);
});
