/** Tokenizers of known kinds: ids and texts of HuggingFace's Rust, the laws, and what is refused. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { huggingfaceTokenizer } from "../../../src/tokenizers/huggingface/tokenizer.ts";
import { tokenizerFromJSON } from "../../../src/tokenizers/read.ts";
import { tokenizerLaws } from "../../laws/tokenizer.laws.ts";

interface Case {
  readonly name: string;
  readonly document: Readonly<Record<string, unknown>>;
  readonly end: string;
  readonly endId: number;
  readonly size: number;
  /** Ids around an empty text. */
  readonly around: readonly number[];
  readonly samples: readonly (readonly [number[], string?])[];
}
const { texts, cases } = JSON.parse(
  readFileSync(new URL("../../fixtures/huggingface_tokenizers_reference.json", import.meta.url), "utf8"),
) as { readonly texts: readonly string[]; readonly cases: readonly Case[] };

const tokenizerOf = ({ document, end }: Case) =>
  huggingfaceTokenizer({ "tokenizer.json": document, "tokenizer_config.json": { eos_token: end } });

const named = (name: string): Case => cases.find((each) => each.name === name)!;

describe.each(cases)("$name", (each) => {
  const tokenizer = tokenizerOf(each);

  test("has the special tokens and the size of the document", () => {
    const pad = each.end === "<eos>" ? 0 : each.endId;
    expect([tokenizer.endId, tokenizer.padId, tokenizer.vocabularySize]).toEqual([each.endId, pad, each.size]);
    expect([...tokenizer.addedSpecialIds.before, ...tokenizer.addedSpecialIds.after]).toEqual(each.around);
  });

  test.each(texts.map((text, index) => [text, index] as const))("%j has the ids and the text of HuggingFace tokenizers", (text, index) => {
    const [ids, decoded = text] = each.samples[index]!;
    expect(tokenizer.encode(text)).toEqual(ids);
    expect(tokenizer.decode(ids)).toBe(decoded);
  });
});

describe.each(["gpt2", "smollm", "llama3", "qwen2", "gpt4o", "deepseek", "llama2", "gemma"])("%s", (name) => {
  tokenizerLaws(() => tokenizerOf(named(name)), {
    // Neither marks that join with the letter before nor spaces that "▁" cannot tell from it.
    pieces: ["the", " cat", "  ", "é", "🙂", "12", "\r\n", "'s", "日本"],
    foreign: "\ud83d",
    read: tokenizerFromJSON,
  });
});

describe("special tokens", () => {
  const tokenizer = tokenizerOf(named("smollm"));

  test("in a text have their ids and no text; added ones that are not special keep theirs", () => {
    const ids = tokenizer.encode("<|start|>a<think><|end|>");
    expect(ids.map((id) => tokenizer.tokenOf(id))).toEqual(["<|start|>", "a", "<think>", "<|end|>"]);
    expect(tokenizer.decode(ids)).toBe("a<think>");
    expect(tokenizer.vocabularySize).toBe(344);
  });

  test("several ends and a template survive as plain data", () => {
    const many = huggingfaceTokenizer({
      "tokenizer.json": named("smollm").document,
      "tokenizer_config.json": {
        eos_token: { content: "<|end|>" },
        pad_token: "<|endoftext|>",
        bos_token: "<|start|>",
        chat_template: "{{ x }}",
      },
      "generation_config.json": { eos_token_id: [0, 341] },
    });
    const copy = tokenizerFromJSON(JSON.parse(JSON.stringify(many.toJSON())));
    expect(copy).toMatchObject({ endId: 341, padId: 0, beginId: 340, stopIds: [341, 0], chatTemplate: "{{ x }}" });
    expect(copy.toJSON()).toEqual(many.toJSON());
    expect(many.decode([0, 341, 40])).toBe(many.decode([40]));
  });
});

describe("refusals", () => {
  test("of a document alone, which does not say what ends", () => {
    expect(() => tokenizerFromJSON(named("gpt2").document)).toThrow("expected eos_token in tokenizer_config.json");
  });

  test("of text that Rust would drop: bytes that are not in the vocabulary", () => {
    const { model, ...rest } = named("gpt2").document as {
      readonly model: { readonly vocab: Record<string, number>; readonly merges: unknown };
    };
    const { z: _z, ...vocab } = model.vocab;
    const merges = (model.merges as string[][]).filter((pair) => !pair.join("").includes("z"));
    const tokenizer = huggingfaceTokenizer({
      "tokenizer.json": { ...rest, model: { ...model, vocab, merges } },
      "config.json": { eos_token_id: 0 },
    });
    expect(tokenizer.encode("cat").length).toBeGreaterThan(0);
    expect(() => tokenizer.encode("a cat zooms")).toThrow(
      'tokenizer: expected text made of the vocabulary, which has no unknown token, got "z"',
    );
  });

  test("of words outside of a vocabulary of words", () => {
    const tokenizer = tokenizerOf(named("whitespace"));
    expect(() => tokenizer.encode("The unheard cat")).toThrow('got "unheard"');
  });

  test("of texts beyond all bounds", () => {
    expect(() => tokenizerOf(named("gpt2")).encode("a".repeat((1 << 20) + 1))).toThrow("expected at most 1048576 characters, got 1048577");
    expect(() => tokenizerOf(named("t5")).encode("a".repeat((1 << 16) + 1))).toThrow("expected at most 65536 characters");
  });
});

test.each(["gpt2", "llama3", "gpt4o", "deepseek", "gemma", "llama2", "t5", "bert"])("%s takes long texts of one kind", (name) => {
  const tokenizer = tokenizerOf(named(name));
  for (const unit of ["a", " ", "A", "1", "!", "\n", " \n", "'", "🙂"]) {
    const text = unit.repeat(8000);
    expect(tokenizer.encode(`${text}x`).length).toBeGreaterThan(0);
  }
});
