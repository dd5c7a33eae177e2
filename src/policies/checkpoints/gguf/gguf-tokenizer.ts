/** The tokenizer of a GGUF file, as plain data. */
import { flag, listOfKind, optional, real, required, text, whole, type Metadata } from "./gguf-metadata.ts";

/** What a file says of its tokenizer; checked for kinds and lengths, nothing is interpreted. */
export interface GgufTokenizer {
  /** `gpt2` for byte-level BPE, `llama` for SentencePiece, and others. */
  readonly model: string;
  /** How text is cut before BPE, by llama.cpp's name: `default`, `llama-bpe`, `qwen2`, `smollm`, ... */
  readonly pre: string | undefined;
  /** Every token, by id. */
  readonly tokens: readonly string[];
  /** One for each token, of SentencePiece. */
  readonly scores: readonly number[] | undefined;
  /** One for each token: 1 normal, 2 unknown, 3 control, 4 user-defined, 5 unused, 6 byte. */
  readonly types: readonly number[] | undefined;
  /** Pairs of pieces with a space between, the first merged first, of BPE. */
  readonly merges: readonly string[] | undefined;
  readonly beginId: number | undefined;
  readonly endId: number | undefined;
  /** Ends a turn, or a message that the model expects an answer to: both end a completion. */
  readonly turnEndId: number | undefined;
  readonly messageEndId: number | undefined;
  readonly padId: number | undefined;
  readonly unknownId: number | undefined;
  readonly addBegin: boolean | undefined;
  readonly addEnd: boolean | undefined;
  readonly addSpacePrefix: boolean | undefined;
  /** A Jinja template. It is text from a stranger. */
  readonly chatTemplate: string | undefined;
}

/** A score may be minus infinity, and is kept as it is. */
const score = {
  ...real,
  of: (value: unknown) => (typeof value === "number" && !Number.isNaN(value) ? value : undefined),
};

/**
 * The tokenizer that metadata describe, or nothing where there is none. `RangeError` for a wrong kind, a list of
 * another length, or an id beyond it.
 */
export const tokenizerOf = (metadata: Metadata): GgufTokenizer | undefined => {
  const model = optional(metadata, "tokenizer.ggml.model", text);
  if (model === undefined || model === "no_vocab" || model === "none") return undefined;
  const tokens = required(metadata, "tokenizer.ggml.tokens", listOfKind(text));
  const forEach = (key: string): readonly number[] | undefined => {
    const list = optional(metadata, key, listOfKind(key.endsWith("scores") ? score : whole));
    if (list !== undefined && list.length !== tokens.length) {
      throw new RangeError(`${key}: expected one for each of ${tokens.length} tokens, got ${list.length}`);
    }
    return list;
  };
  const id = (name: string): number | undefined => {
    const key = `tokenizer.ggml.${name}_token_id`;
    const found = optional(metadata, key, whole);
    if (found !== undefined && found >= tokens.length)
      throw new RangeError(`${key}: expected an id below ${tokens.length}, got ${found}`);
    return found;
  };
  return {
    model,
    pre: optional(metadata, "tokenizer.ggml.pre", text),
    tokens,
    scores: forEach("tokenizer.ggml.scores"),
    types: forEach("tokenizer.ggml.token_type"),
    merges: optional(metadata, "tokenizer.ggml.merges", listOfKind(text)),
    beginId: id("bos"),
    endId: id("eos"),
    turnEndId: id("eot"),
    messageEndId: id("eom"),
    padId: id("padding"),
    unknownId: id("unknown"),
    addBegin: optional(metadata, "tokenizer.ggml.add_bos_token", flag),
    addEnd: optional(metadata, "tokenizer.ggml.add_eos_token", flag),
    addSpacePrefix: optional(metadata, "tokenizer.ggml.add_space_prefix", flag),
    chatTemplate: optional(metadata, "tokenizer.chat_template", text),
  };
};
