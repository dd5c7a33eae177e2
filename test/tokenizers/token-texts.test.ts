/** The text of each token: joined it is the text, and parts of a character wait for the last one. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { characterTokenizer } from "../../src/tokenizers/characters.ts";
import { huggingfaceTokenizer } from "../../src/tokenizers/huggingface/tokenizer.ts";
import { tokenTexts } from "../../src/tokenizers/token-texts.ts";

const { texts, cases } = JSON.parse(
  readFileSync(new URL("../fixtures/huggingface_tokenizers_reference.json", import.meta.url), "utf8"),
) as {
  readonly texts: readonly string[];
  readonly cases: readonly { readonly name: string; readonly document: unknown; readonly end: string }[];
};

const tokenizerOf = (name: string) => {
  const { document, end } = cases.find((each) => each.name === name)!;
  return huggingfaceTokenizer({ "tokenizer.json": document, "tokenizer_config.json": { eos_token: end } });
};

test.each(["gpt2", "smollm", "llama3", "llama2", "gemma", "t5", "bert"])("of %s they make the text", (name) => {
  const tokenizer = tokenizerOf(name);
  for (const text of texts) {
    const ids = tokenizer.encode(text);
    const parts = tokenTexts(tokenizer, Int32Array.from(ids));
    expect(parts).toHaveLength(ids.length);
    expect(parts.join("")).toBe(tokenizer.decode(ids));
  }
});

test("a character of several tokens is the last one's; special tokens have none", () => {
  const tokenizer = tokenizerOf("gpt2");
  const smile = tokenizer.encode("🙂");
  expect(tokenTexts(tokenizer, [...tokenizer.encode("a"), ...smile, tokenizer.endId])).toEqual([
    "a",
    ...smile.slice(1).map(() => ""),
    "🙂",
    "",
  ]);
});

test("what never becomes a character is of the token before the end", () => {
  const tokenizer = tokenizerOf("gpt2");
  const [part] = tokenizer.encode("🙂");
  expect(tokenTexts(tokenizer, [part!, tokenizer.endId])).toEqual(["\ufffd", ""]);
  expect(tokenTexts(tokenizer, [part!, ...tokenizer.encode("b")]).join("")).toBe("\ufffdb");
});

test("first spaces are those of the whole text", () => {
  const tokenizer = tokenizerOf("llama2");
  expect(tokenTexts(tokenizer, tokenizer.encode("the cat")).join("|")).toBe("the| c|at");
  const characters = characterTokenizer("ab");
  expect(tokenTexts(characters, [0, 2, 3, 1])).toEqual(["", "a", "b", ""]);
});
