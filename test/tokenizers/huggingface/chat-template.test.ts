/** Where a chat template is found. */
import { expect, test } from "vitest";
import { chatTemplateOf } from "../../../src/tokenizers/huggingface/chat-template.ts";

const withTemplate = (template: unknown) => ({ "tokenizer.json": {}, "tokenizer_config.json": { chat_template: template } });

test("as a file of its own before a text in tokenizer_config.json, and none where there is none", () => {
  expect(chatTemplateOf(withTemplate("a"))).toBe("a");
  expect(chatTemplateOf({ ...withTemplate("a"), "chat_template.jinja": "b" })).toBe("b");
  expect(chatTemplateOf({ "tokenizer.json": {} })).toBeUndefined();
  expect(chatTemplateOf(withTemplate(null))).toBeUndefined();
});

test("by name in a list", () => {
  const list = withTemplate([
    { name: "tool_use", template: "t" },
    { name: "default", template: "d" },
  ]);
  expect(chatTemplateOf(list)).toBe("d");
  expect(chatTemplateOf(list, "tool_use")).toBe("t");
  expect(() => chatTemplateOf(list, "rag")).toThrow('expected a chat template named "rag", got "tool_use", "default"');
});

test("other forms are refused", () => {
  expect(() => chatTemplateOf(withTemplate(3))).toThrow(TypeError);
  expect(() => chatTemplateOf(withTemplate([{ name: "default" }]))).toThrow(
    "expected a text or a list of { name, template } at /chat_template",
  );
  expect(() => chatTemplateOf({ "tokenizer.json": {}, "chat_template.jinja": {} })).toThrow(TypeError);
});
