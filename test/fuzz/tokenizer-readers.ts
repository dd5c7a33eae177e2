/** The readers of tokenizers: documents of checkpoints, and metadata of GGUF files. */
import { readFileSync } from "node:fs";
import { tokenizerDocumentsFromGguf } from "../../src/tokenizers/gguf/documents.ts";
import type { TokenizerDocuments } from "../../src/tokenizers/huggingface/special-tokens.ts";
import { readTokenizer, tokenizerFromJSON } from "../../src/tokenizers/read.ts";
import { tokenTexts } from "../../src/tokenizers/token-texts.ts";
import { wordTokenizer } from "../../src/tokenizers/words.ts";
import type { Tokenizer } from "../../src/tokenizers/tokenizer.ts";
import { wholeText, type FuzzedReader } from "./reader.ts";

const texts = ["", "ab", " aab  ba<eos>", "a\nb\r\n🙂 é 12!", "abab ".repeat(40), "x".repeat(200)];

/** Uses all of a tokenizer; texts that it refuses are as good as others. */
const use = (tokenizer: Tokenizer): unknown => {
  for (const text of texts) {
    try {
      const ids = tokenizer.encode(text);
      tokenizer.decode(ids);
      tokenTexts(tokenizer, ids);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }
  return tokenizer.toJSON();
};

const parsed = (bytes: Uint8Array): unknown => JSON.parse(new TextDecoder().decode(bytes));

const asBytes = (document: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(document));

const added = (id: number, content: string, special = true) => ({
  id,
  content,
  single_word: false,
  lstrip: false,
  rstrip: false,
  normalized: false,
  special,
});

const shell = (parts: object, model: object) => ({
  "tokenizer.json": {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: [added(0, "<eos>"), added(9, "<think>", false)],
    normalizer: null,
    pre_tokenizer: null,
    post_processor: null,
    decoder: null,
    model,
    ...parts,
  },
  "tokenizer_config.json": { eos_token: "<eos>", pad_token: { content: "<eos>" } },
  "generation_config.json": { eos_token_id: [0, 9] },
});

const vocab = { "<eos>": 0, a: 1, b: 2, ab: 3, " ": 4, "▁": 5, "<unk>": 6 };
const spaces = { type: "Replace", pattern: { String: " " }, content: "▁" };
const byteLevel = { type: "ByteLevel", add_prefix_space: true, trim_offsets: true, use_regex: true };
const splitting = { type: "Split", pattern: { Regex: "\\p{N}{1,3}" }, behavior: "Isolated", invert: false };
const around = { single: [{ SpecialToken: { id: "<eos>", type_id: 0 } }, { Sequence: { id: "A", type_id: 0 } }], pair: [] };

const documents: readonly object[] = [
  shell(
    { pre_tokenizer: { type: "Sequence", pretokenizers: [splitting, byteLevel] }, decoder: byteLevel },
    { type: "BPE", vocab, merges: ["a b"], dropout: null, unk_token: null, fuse_unk: false, byte_fallback: false, ignore_merges: true },
  ),
  shell(
    {
      normalizer: { type: "Sequence", normalizers: [{ type: "Prepend", prepend: "▁" }, spaces, { type: "NFKC" }] },
      decoder: {
        type: "Sequence",
        decoders: [{ type: "ByteFallback" }, { type: "Fuse" }, { type: "Strip", content: " ", start: 1, stop: 0 }],
      },
      post_processor: { type: "TemplateProcessing", ...around, special_tokens: { "<eos>": { id: "<eos>", ids: [0], tokens: ["<eos>"] } } },
    },
    { type: "BPE", vocab, merges: [["a", "b"]], unk_token: "<unk>", fuse_unk: true, byte_fallback: true },
  ),
  shell(
    {
      pre_tokenizer: { type: "Metaspace", replacement: "▁", prepend_scheme: "always", split: true },
      decoder: { type: "Metaspace", replacement: "▁" },
    },
    {
      type: "Unigram",
      vocab: [
        ["<eos>", 0],
        ["<unk>", -1],
        ["a", -2],
        ["b", -2.5],
        ["▁ab", -3],
      ],
      unk_id: 1,
    },
  ),
  shell(
    {
      normalizer: { type: "BertNormalizer", clean_text: true, handle_chinese_chars: true, strip_accents: null, lowercase: true },
      pre_tokenizer: { type: "BertPreTokenizer" },
      decoder: { type: "WordPiece", prefix: "##", cleanup: true },
      post_processor: { type: "BertProcessing", sep: ["b", 2], cls: ["a", 1] },
    },
    { type: "WordPiece", vocab, unk_token: "<unk>", continuing_subword_prefix: "##", max_input_chars_per_word: 100 },
  ),
  shell({ pre_tokenizer: { type: "Whitespace" }, decoder: { type: "Fuse" } }, { type: "WordLevel", vocab, unk_token: "<unk>" }),
  { "tokenizer.json": wordTokenizer([" a", "b", "\n"], { unknown: "token" }).toJSON() },
];

const tokenizer: FuzzedReader = {
  name: "tokenizer",
  seeds: documents.map(asBytes),
  json: wholeText,
  read: (bytes) => {
    const document = parsed(bytes);
    return [use(readTokenizer(document as TokenizerDocuments)), tokenizerFromJSON(document).toJSON()];
  },
};

const sentencePiece = JSON.parse(readFileSync(new URL("../fixtures/sentencepiece_reference.json", import.meta.url), "utf8")) as {
  readonly cases: readonly { readonly metadata: unknown }[];
};

const metadata: readonly unknown[] = [
  {
    "tokenizer.ggml.model": "gpt2",
    "tokenizer.ggml.pre": "smollm",
    "tokenizer.ggml.tokens": ["<eos>", "a", "b", "ab", "Ġ"],
    "tokenizer.ggml.token_type": [3, 1, 1, 1, 1],
    "tokenizer.ggml.merges": ["a b"],
    "tokenizer.ggml.eos_token_id": 0,
    "tokenizer.ggml.add_bos_token": false,
    "tokenizer.chat_template": "{{ messages }}",
  },
  {
    "tokenizer.ggml.model": "llama",
    "tokenizer.ggml.tokens": ["<unk>", "<eos>", "a", "b", "ab", "▁"],
    "tokenizer.ggml.scores": [0, 0, -3, -2, -1, -4],
    "tokenizer.ggml.token_type": [2, 3, 1, 1, 1, 1],
    "tokenizer.ggml.eos_token_id": 1,
    "tokenizer.ggml.bos_token_id": 1,
  },
  sentencePiece.cases[0]!.metadata,
];

const ggufTokenizer: FuzzedReader = {
  name: "gguf-tokenizer",
  seeds: metadata.map(asBytes),
  json: wholeText,
  read: (bytes) => use(readTokenizer(tokenizerDocumentsFromGguf(parsed(bytes) as Readonly<Record<string, unknown>>))),
};

/** Every reader of tokenizers. */
export const readers: readonly FuzzedReader[] = [tokenizer, ggufTokenizer];
