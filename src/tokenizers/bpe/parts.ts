/** The parts of a BPE in a `tokenizer.json`, as HuggingFace's tokenizers write them. */

/** What differs from one BPE to another. */
export interface BpeParts {
  /** Ids of pieces. */
  readonly vocab: Readonly<Record<string, number>>;
  /** Pairs of pieces, the first joined first. */
  readonly merges: readonly (readonly string[])[];
  /** A word of the vocabulary is taken whole, whatever the merges say. Default false. */
  readonly ignoreMerges?: boolean;
  /**
   * The piece of what has none, in SentencePiece, where the bytes of a character may be pieces; nothing where every
   * byte is a character.
   */
  readonly unknown?: string;
}

/** The model. */
export const bpeModel = ({ vocab, merges, ignoreMerges = false, unknown }: BpeParts) => ({
  type: "BPE",
  dropout: null,
  unk_token: unknown ?? null,
  continuing_subword_prefix: null,
  end_of_word_suffix: null,
  fuse_unk: unknown !== undefined,
  byte_fallback: unknown !== undefined,
  ignore_merges: ignoreMerges,
  vocab,
  merges,
});

/** Bytes as characters, both ways: a pre-tokenizer, which cuts as GPT-2 does if `cut`, or a decoder. */
export const byteLevel = (cut: boolean) => ({
  type: "ByteLevel",
  add_prefix_space: false,
  trim_offsets: true,
  use_regex: cut,
});
