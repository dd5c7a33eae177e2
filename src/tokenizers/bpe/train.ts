/**
 * Trains a byte-level BPE, as GPT-2's (Radford et al., 2019): every text has ids, and every one comes back unchanged.
 */
import { asByteCharacters, byteCharacters } from "../huggingface/bytes.ts";
import { gpt2Pattern } from "../huggingface/patterns.ts";
import { huggingfaceTokenizer, type ModelTokenizer } from "../huggingface/tokenizer.ts";
import { addedTokens, specialTokens } from "../tokenizer-json.ts";
import { learnMerges } from "./merges.ts";
import { bpeModel, byteLevel } from "./parts.ts";

/** How a vocabulary is learned. */
export interface BpeOptions {
  /** Padding, end-of-sequence and 256 bytes included. */
  readonly vocabularySize: number;
  /** A pair that is in the texts fewer times is not joined. */
  readonly minimumCount: number;
}

/** White space of Unicode, as in HuggingFace's Rust; JavaScript's `\s` has other characters. */
const cut = new RegExp(gpt2Pattern.replaceAll("\\s", "\\p{White_Space}").replaceAll("\\S", "\\P{White_Space}"), "gu");

/** The bytes in the order of their characters, as HuggingFace's trainer numbers them. */
const alphabet = byteCharacters.toSorted();

const wordsOf = (texts: Iterable<string>, idOf: ReadonlyMap<string, number>): [number[], number][] => {
  const counts = new Map<string, number>();
  for (const text of texts) for (const [word] of text.matchAll(cut)) counts.set(word, (counts.get(word) ?? 0) + 1);
  return Array.from(counts, ([word, count]) => [
    Array.from(asByteCharacters(word), (character) => idOf.get(character)!),
    count,
  ]);
};

/**
 * The byte-level BPE of texts: id 0 is padding, 1 end-of-sequence, then the 256 bytes, then what was joined. The same
 * texts give the same tokenizer, the same as HuggingFace's `BpeTrainer` with `ByteLevel` and these special tokens
 * gives; but where two pairs make one piece and one of them appears in later words only, that trainer lists it again,
 * and this one does not. Fewer than `vocabularySize` ids where the texts have no more pairs. `RangeError` below 258
 * ids.
 */
export const trainBpe = (texts: Iterable<string>, { vocabularySize, minimumCount }: BpeOptions): ModelTokenizer => {
  const first = [...specialTokens, ...alphabet];
  if (!Number.isInteger(vocabularySize) || vocabularySize < first.length) {
    throw new RangeError(
      `BPE: expected a vocabulary of at least ${first.length}, 256 bytes and the special tokens, got ${vocabularySize}`,
    );
  }
  const ids = new Map(first.map((piece, id) => [piece, id]));
  const { pieces, merges } = learnMerges(first, wordsOf(texts, ids), { size: vocabularySize, minimumCount });
  return huggingfaceTokenizer({
    "tokenizer.json": {
      version: "1.0",
      truncation: null,
      padding: null,
      added_tokens: addedTokens(specialTokens),
      normalizer: null,
      pre_tokenizer: byteLevel(true),
      post_processor: null,
      decoder: byteLevel(true),
      model: bpeModel({ vocab: Object.fromEntries(pieces.map((piece, id) => [piece, id])), merges }),
    },
  });
};
