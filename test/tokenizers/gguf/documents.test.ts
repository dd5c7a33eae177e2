/** Tokenizers of GGUF files: ids of HuggingFace tokenizers and of SentencePiece, special tokens, and what is refused. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { tokenizerDocumentsFromGguf } from "../../../src/tokenizers/gguf/documents.ts";
import { readTokenizer } from "../../../src/tokenizers/read.ts";

interface Sample {
  readonly text: string;
  readonly ids: number[];
  readonly decoded: string;
}
const fixture = (name: string): unknown => JSON.parse(readFileSync(new URL(`../../fixtures/${name}.json`, import.meta.url), "utf8"));

const { texts, cases } = fixture("huggingface_tokenizers_reference") as {
  readonly texts: readonly string[];
  readonly cases: readonly {
    readonly name: string;
    readonly document: {
      readonly added_tokens: readonly { readonly id: number; readonly content: string; readonly special: boolean }[];
      readonly model: { readonly vocab: Readonly<Record<string, number>>; readonly merges: readonly (readonly string[])[] };
    };
    readonly endId: number;
    readonly samples: readonly (readonly [number[], string?])[];
  }[];
};

/** What a converter would write about a byte-level tokenizer of the fixture. */
const metadataOf = (name: string, pre: string) => {
  const { document, endId } = cases.find((each) => each.name === name)!;
  const tokens = Object.entries(document.model.vocab).toSorted((a, b) => a[1] - b[1]);
  const kinds = tokens.map(() => 1);
  for (const { id, content, special } of document.added_tokens) {
    tokens[id] = [content, id];
    kinds[id] = special ? 3 : 4;
  }
  return {
    "tokenizer.ggml.model": "gpt2",
    "tokenizer.ggml.pre": pre,
    "tokenizer.ggml.tokens": tokens.map(([text]) => text),
    "tokenizer.ggml.token_type": kinds,
    "tokenizer.ggml.merges": document.model.merges.map((pair) => pair.join(" ")),
    "tokenizer.ggml.eos_token_id": endId,
  };
};

describe.each([
  ["gpt2", "gpt-2"],
  ["gpt2", "default"],
  ["smollm", "smollm"],
  ["llama3", "llama-bpe"],
  ["qwen2", "qwen2"],
])("byte-level %s, cut as %s", (name, pre) => {
  const tokenizer = readTokenizer(tokenizerDocumentsFromGguf(metadataOf(name, pre)));

  test("has the ids and texts of HuggingFace tokenizers", () => {
    const { samples } = cases.find((each) => each.name === name)!;
    for (const [index, text] of texts.entries()) {
      const [ids, decoded = text] = samples[index]!;
      expect(tokenizer.encode(text)).toEqual(ids);
      expect(tokenizer.decode(ids)).toBe(decoded);
    }
  });
});

const sentencePiece = fixture("sentencepiece_reference") as {
  readonly cases: readonly { readonly metadata: Readonly<Record<string, unknown>>; readonly samples: readonly Sample[] }[];
};

describe.each(sentencePiece.cases)("SentencePiece", ({ metadata, samples }) => {
  const tokenizer = readTokenizer(tokenizerDocumentsFromGguf(metadata));

  test.each(samples)("$text has the ids and the text of SentencePiece", ({ text, ids, decoded }) => {
    expect(tokenizer.encode(text)).toEqual(ids);
    expect(tokenizer.decode(ids)).toBe(decoded);
  });

  test("a text begins with begin-of-sequence", () => {
    expect(tokenizer.addedSpecialIds).toEqual({ before: [1], after: [] });
  });
});

test("special tokens, turns and the chat template", () => {
  const metadata = {
    ...metadataOf("smollm", "smollm"),
    "tokenizer.ggml.bos_token_id": 340,
    "tokenizer.ggml.eos_token_id": 341n,
    "tokenizer.ggml.eot_token_id": 0,
    "tokenizer.ggml.eom_token_id": 3,
    "tokenizer.ggml.padding_token_id": 0,
    "tokenizer.ggml.add_bos_token": true,
    "tokenizer.ggml.add_eos_token": true,
    "tokenizer.chat_template": "{{ messages }}",
  };
  const documents = tokenizerDocumentsFromGguf(metadata);
  expect(readTokenizer(documents)).toMatchObject({
    endId: 341,
    padId: 0,
    beginId: 340,
    stopIds: [341, 0, 3],
    addedSpecialIds: { before: [340], after: [341] },
    chatTemplate: "{{ messages }}",
  });
  expect(tokenizerDocumentsFromGguf({ ...metadata, "tokenizer.ggml.add_bos_token": false })["tokenizer.json"]).toMatchObject({
    post_processor: { single: [{ Sequence: { id: "A" } }, { SpecialToken: { id: "<|end|>" } }] },
  });
});

describe("refusals", () => {
  const byteLevel: Readonly<Record<string, unknown>> = metadataOf("gpt2", "gpt-2");
  const pieces = sentencePiece.cases[0]!.metadata;
  const read = (metadata: Readonly<Record<string, unknown>>) => () => readTokenizer(tokenizerDocumentsFromGguf(metadata));

  test.each([
    ["no tokenizer", {}, TypeError, "expected tokenizer.ggml.model in the metadata, got none"],
    ["another model", { ...byteLevel, "tokenizer.ggml.model": "t5" }, RangeError, 'to be gpt2 or llama, got "t5"'],
    [
      "another cutting",
      { ...byteLevel, "tokenizer.ggml.pre": "constructor" },
      RangeError,
      'to be one of default, gpt-2, smollm, llama-bpe, qwen2, got "constructor"',
    ],
    ["tokens that are no text", { ...byteLevel, "tokenizer.ggml.tokens": [1] }, TypeError, "at tokenizer.ggml.tokens/0, got 1"],
    ["no merges", { ...byteLevel, "tokenizer.ggml.merges": undefined }, TypeError, "expected tokenizer.ggml.merges"],
    ["merges into nothing", { ...byteLevel, "tokenizer.ggml.merges": ["a €"] }, RangeError, "at /model/merges/0"],
    [
      "a token twice",
      { ...byteLevel, "tokenizer.ggml.tokens": ["a", "a"], "tokenizer.ggml.token_type": [1, 1] },
      RangeError,
      'got "a" twice',
    ],
    [
      "kinds for fewer tokens",
      { ...byteLevel, "tokenizer.ggml.token_type": [1] },
      RangeError,
      "expected a token_type for each of 344 tokens, got 1",
    ],
    [
      "an end outside",
      { ...byteLevel, "tokenizer.ggml.eos_token_id": 999 },
      RangeError,
      "expected tokenizer.ggml.eos_token_id from 0 to 343, got 999",
    ],
    ["no end", { ...byteLevel, "tokenizer.ggml.eos_token_id": undefined }, RangeError, "got none"],
    ["fewer scores", { ...pieces, "tokenizer.ggml.scores": [0] }, RangeError, "expected a score for each of 430 tokens, got 1"],
    [
      "a map of characters",
      { ...pieces, "tokenizer.ggml.precompiled_charsmap": [1] },
      RangeError,
      "expected no tokenizer.ggml.precompiled_charsmap",
    ],
    ["squeezed spaces", { ...pieces, "tokenizer.ggml.remove_extra_whitespaces": true }, RangeError, "remove_extra_whitespaces"],
  ])("of %s", (_what, metadata, kind, message) => {
    expect(read(metadata)).toThrow(kind);
    expect(read(metadata)).toThrow(message);
  });

  test("of nothing that stays undefined: a file that names no unknown token", () => {
    const { "tokenizer.ggml.unknown_token_id": _id, ...rest } = pieces;
    expect(read(rest)().encode("x").length).toBeGreaterThan(0);
    const kinds = (pieces["tokenizer.ggml.token_type"] as number[]).map((kind) => (kind === 2 ? 3 : kind));
    expect(read({ ...rest, "tokenizer.ggml.token_type": kinds })).toThrow("expected tokenizer.ggml.unknown_token_id or a token of type 2");
  });
});
