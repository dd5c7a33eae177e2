/** Names of tokens: their text inside of a text, or how the vocabulary writes what has none. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { characterTokenizer } from "../../src/tokenizers/characters.ts";
import { huggingfaceTokenizer } from "../../src/tokenizers/huggingface/tokenizer.ts";
import { pieceTokenizer } from "../../src/tokenizers/pieces.ts";
import { tokenName } from "../../src/tokenizers/token-name.ts";
import { tokenTexts } from "../../src/tokenizers/token-texts.ts";
import { wordTokenizer } from "../../src/tokenizers/words.ts";

const { cases } = JSON.parse(readFileSync(new URL("../fixtures/huggingface_tokenizers_reference.json", import.meta.url), "utf8")) as {
  readonly cases: readonly { readonly name: string; readonly document: unknown; readonly end: string }[];
};

const tokenizerOf = (name: string) => {
  const { document, end } = cases.find((each) => each.name === name)!;
  return huggingfaceTokenizer({ "tokenizer.json": document, "tokenizer_config.json": { eos_token: end } });
};

const all = ["gpt2", "smollm", "llama3", "llama2", "gemma", "t5", "bert"];

test.each(all)("of %s every token has one, without broken characters", (name) => {
  const tokenizer = tokenizerOf(name);
  for (let id = 0; id < tokenizer.vocabularySize; id += 1) {
    const called = tokenName(tokenizer, id);
    expect(called).not.toBe("");
    expect(called).not.toContain("\ufffd");
  }
});

test.each(all)("of %s what follows another token is called by the text that it adds", (name) => {
  const tokenizer = tokenizerOf(name);
  const ids = tokenizer.encode("the cat and the cat");
  const texts = tokenTexts(tokenizer, ids);
  expect(ids.slice(1).map((id) => tokenName(tokenizer, id))).toEqual(texts.slice(1));
});

test("parts of a character and special tokens are called as the vocabulary writes them", () => {
  const tokenizer = tokenizerOf("gpt2");
  const smile = tokenizer.encode("🙂");
  expect(smile.length).toBeGreaterThan(1);
  expect(smile.map((id) => tokenName(tokenizer, id))).toEqual(smile.map((id) => tokenizer.tokenOf(id)));
  expect(tokenName(tokenizer, tokenizer.endId)).toBe("<|endoftext|>");
});

test("the project's own tokenizers, which do not say what their special tokens are called", () => {
  const characters = characterTokenizer("a \n");
  expect([0, 1, 2, 3, 4].map((id) => tokenName(characters, id))).toEqual(["<pad>", "<eos>", "a", " ", "\n"]);
  expect([0, 1, 2].map((id) => tokenName(pieceTokenizer(["12"]), id))).toEqual(["<pad>", "<eos>", "12"]);
  const words = wordTokenizer([" cat"], { unknown: "token" });
  expect([0, 1, 2, 3].map((id) => tokenName(words, id))).toEqual(["<pad>", "<eos>", "<unk>", " cat"]);
});

test("an id that has no piece, or is above the tokenizer's, is a number", () => {
  const { document } = cases.find(({ name }) => name === "gpt2")! as { document: { added_tokens: readonly object[] } };
  const { vocabularySize: size } = tokenizerOf("gpt2");
  const added_tokens = [...document.added_tokens, { ...document.added_tokens[0], id: size + 2, content: "<far>" }];
  const tokenizer = huggingfaceTokenizer({
    "tokenizer.json": { ...document, added_tokens },
    "tokenizer_config.json": { eos_token: "<|endoftext|>" },
  });
  expect([size, size + 2, size + 3].map((id) => tokenName(tokenizer, id))).toEqual([`<${size}>`, "<far>", `<${size + 3}>`]);
});
