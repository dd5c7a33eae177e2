/** A tokenizer of a fixed list of pieces: text takes the longest piece that it begins with, again and again. */
import { fixedVocabulary, refuseSpecial } from "./fixed-vocabulary.ts";
import type { Tokenizer } from "./tokenizer.ts";
import { readVocabulary, specialTokens, wordPieceDocument } from "./tokenizer-json.ts";

/** How its errors begin. */
const who = "piece tokenizer";

const idsOf = (pieces: readonly string[]): Map<string, number> => {
  const ids = new Map(pieces.map((piece, index) => [piece, index + specialTokens.length]));
  if (ids.size === 0 || ids.has("")) throw new RangeError(`${who}: expected at least one piece and none of them empty`);
  if (ids.size < pieces.length) {
    const repeated = pieces.find((piece, index) => pieces.indexOf(piece) < index);
    throw new RangeError(`${who}: expected different pieces, got ${JSON.stringify(repeated)} twice`);
  }
  return ids;
};

/**
 * The tokenizer of `pieces`: id 0 is padding, 1 end-of-sequence, and 2 + k the k-th piece; WordPiece without a prefix
 * for continuations (Wu et al., 2016). `RangeError` for an empty or repeated piece. `encode` throws `RangeError` where
 * no piece fits and for text that spells a special token, `decode` for an id outside the vocabulary.
 */
export const pieceTokenizer = (pieces: readonly string[]): Tokenizer => {
  const ids = idsOf(pieces);
  const longest = Math.max(...pieces.map((piece) => piece.length));
  const texts = ["", "", ...ids.keys()];
  const pieceAt = (text: string, start: number): string => {
    for (let length = Math.min(longest, text.length - start); length > 0; length -= 1) {
      const piece = text.slice(start, start + length);
      if (ids.has(piece)) return piece;
    }
    throw new RangeError(
      `${who}: expected text made of its pieces, got ${JSON.stringify(text.slice(start, start + 20))}`,
    );
  };
  return {
    ...fixedVocabulary(who, texts),
    encode(text) {
      refuseSpecial(who, text, specialTokens);
      const tokens: number[] = [];
      for (let start = 0; start < text.length;) {
        const piece = pieceAt(text, start);
        tokens.push(ids.get(piece)!);
        start += piece.length;
      }
      return tokens;
    },
    toJSON: () => wordPieceDocument([...specialTokens, ...ids.keys()], specialTokens.length),
  };
};

/**
 * The tokenizer of pieces that a parsed `tokenizer.json` describes. `TypeError` when the document is not of the form
 * that `pieceTokenizer` writes, `RangeError` when its ids or pieces cannot be used.
 */
export const pieceTokenizerFromJSON = (document: unknown): Tokenizer => {
  const [pad, end, ...pieces] = readVocabulary(document, specialTokens.length, "WordPiece");
  if (pad !== specialTokens[0] || end !== specialTokens[1]) {
    throw new RangeError(`${who}: expected special tokens ${specialTokens.join(" and ")}, got ${pad} and ${end}`);
  }
  return pieceTokenizer(pieces);
};
