/**
 * The parts of a byte-level BPE in a GGUF file (`tokenizer.ggml.model` is `gpt2`): merges, and the cutting that
 * `tokenizer.ggml.pre` names.
 */
import { Type } from "@sinclair/typebox";
import { bpeModel, byteLevel } from "../bpe/parts.ts";
import { llama3Pattern, qwen2Pattern } from "../huggingface/patterns.ts";
import { Merges, needed, valueOf, type GgufMetadata, type GgufToken } from "./metadata.ts";

/** What differs from kind to kind in a `tokenizer.json`. */
export interface TokenizerParts {
  readonly normalizer: object | null;
  readonly pre_tokenizer: object | null;
  readonly decoder: object;
  readonly model: object;
  /** Whether a text begins with begin-of-sequence where `add_bos_token` does not say. */
  readonly begins: boolean;
}

const sequence = (...pretokenizers: readonly object[]) => ({ type: "Sequence", pretokenizers });

const split = (regex: string) => ({ type: "Split", pattern: { Regex: regex }, behavior: "Isolated", invert: false });

interface Cutting {
  readonly pre_tokenizer: object;
  readonly normalizer?: object;
  /** A word of the vocabulary is taken whole, whatever the merges say. */
  readonly ignoreMerges?: boolean;
  readonly begins?: boolean;
}

const llama3: Cutting = {
  pre_tokenizer: sequence(split(llama3Pattern), byteLevel(false)),
  ignoreMerges: true,
  begins: true,
};

/** How the makers of each kind cut, in their `tokenizer.json`. */
const cuttings: Readonly<Record<string, Cutting>> = {
  default: { pre_tokenizer: byteLevel(true) },
  "gpt-2": { pre_tokenizer: byteLevel(true) },
  smollm: { pre_tokenizer: sequence({ type: "Digits", individual_digits: true }, byteLevel(true)) },
  "llama-bpe": llama3,
  qwen2: { pre_tokenizer: sequence(split(qwen2Pattern), byteLevel(false)), normalizer: { type: "NFC" } },
};

/**
 * The parts of a byte-level BPE. A file without `tokenizer.ggml.pre` is cut as GPT-2 does. `RangeError` for a cutting
 * that is not among default, gpt-2, smollm, llama-bpe, qwen2; `TypeError` without merges.
 */
export const byteLevelParts = (metadata: GgufMetadata, tokens: readonly GgufToken[]): TokenizerParts => {
  const pre = valueOf(metadata, "tokenizer.ggml.pre", Type.String()) ?? "default";
  const cutting = Object.hasOwn(cuttings, pre) ? cuttings[pre] : undefined;
  if (cutting === undefined) {
    throw new RangeError(
      `GGUF: expected tokenizer.ggml.pre to be one of ${Object.keys(cuttings).join(", ")}, got ` +
        `${JSON.stringify(pre)}; use the tokenizer.json of the model that the file was made from`,
    );
  }
  const merges = needed(metadata, "tokenizer.ggml.merges", Merges).map((merge) => merge.split(" "));
  const vocab = Object.fromEntries(tokens.map(({ text }, id) => [text, id]));
  const { pre_tokenizer, normalizer = null, ignoreMerges = false, begins = false } = cutting;
  return {
    normalizer,
    pre_tokenizer,
    decoder: byteLevel(true),
    model: bpeModel({ vocab, merges, ignoreMerges }),
    begins,
  };
};
