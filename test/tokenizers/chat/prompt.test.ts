/** Prompts of conversations: the texts that transformers renders. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { chatPrompt, type ChatMessage } from "../../../src/tokenizers/chat/prompt.ts";

const { templates, cases } = JSON.parse(readFileSync(new URL("../../fixtures/chat_reference.json", import.meta.url), "utf8")) as {
  readonly templates: Readonly<Record<string, string>>;
  readonly cases: readonly {
    readonly template: string;
    readonly messages: readonly ChatMessage[];
    readonly generation: boolean;
    readonly tools: readonly unknown[] | null;
    readonly text: string;
  }[];
};

test.each(cases)("$template, $messages", ({ template, messages, generation, tools, text }) => {
  const tokens = { bos_token: "<s>", eos_token: "</s>" };
  const options = { addGenerationPrompt: generation, tokens, ...(tools === null ? {} : { tools }) };
  expect(chatPrompt(templates[template]!, messages, options)).toBe(text);
});

const hello = [{ role: "user", content: "Hello!" }];

test("a template refuses in its own words", () => {
  const tool = [{ role: "tool", content: "4" }];
  expect(() => chatPrompt(templates["headers"]!, tool, { addGenerationPrompt: true })).toThrow(
    "chat template: only users and assistants, not tool",
  );
});

test("variables are given; a clock is not", () => {
  const template = "{{ date_string }}{% if strftime_now is defined %} {{ strftime_now('%Y') }}{% endif %}";
  expect(chatPrompt(template, hello, { addGenerationPrompt: false, variables: { date_string: "26 Jul 2024" } })).toBe("26 Jul 2024");
});

describe("refusals", () => {
  test("of no messages, and of endless ones", () => {
    expect(() => chatPrompt("x", [], { addGenerationPrompt: false })).toThrow("expected at least one message, got none");
    const long = [{ role: "user", content: "x".repeat(1 << 20) }];
    expect(() => chatPrompt("x", long, { addGenerationPrompt: false })).toThrow(
      /expected messages of at most 1048576 characters, got \d+/u,
    );
  });

  test("of messages that are nested too deeply", () => {
    const content: unknown = JSON.parse(`${"[".repeat(20_000)}${"]".repeat(20_000)}`);
    expect(() => chatPrompt("x", [{ role: "user", content }], { addGenerationPrompt: false })).toThrow(
      "expected messages, tools and variables that JSON can hold, got a value in itself, or too deep",
    );
  });
});
