/** A tokenizer of a fixed list of pieces: text takes the longest piece that it begins with, again and again. */
import type { Tokenizer } from "./tokenizer.ts";
import { readVocabulary, specialTokens, wordPieceDocument } from "./tokenizer-json.ts";

const idsOf = (pieces: readonly string[]): Map<string, number> => {
  const ids = new Map(pieces.map((piece, index) => [piece, index + specialTokens.length]));
  if (ids.size === 0 || ids.has("")) throw new RangeError("piece tokenizer: expected at least one piece and none of them empty");
  if (ids.size < pieces.length) {
    const repeated = pieces.find((piece, index) => pieces.indexOf(piece) < index);
    throw new RangeError(`piece tokenizer: expected different pieces, got ${JSON.stringify(repeated)} twice`);
  }
  return ids;
};

/**
 * The tokenizer of `pieces`: id 0 is padding, 1 end-of-sequence, and 2 + k the k-th piece; WordPiece without a prefix for continuations (Wu et al.,
 * 2016). `RangeError` for an empty or repeated piece. `encode` throws `RangeError` where no piece fits and for text that spells a special token,
 * `decode` for an id outside the vocabulary.
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
    throw new RangeError(`piece tokenizer: expected text made of its pieces, got ${JSON.stringify(text.slice(start, start + 20))}`);
  };
  return {
    vocabularySize: texts.length,
    padId: 0,
    endId: 1,
    stopIds: [1],
    encode(text) {
      const special = specialTokens.find((content) => text.includes(content));
      if (special !== undefined) throw new RangeError(`piece tokenizer: expected text without special tokens, got ${special}`);
      const tokens: number[] = [];
      for (let start = 0; start < text.length;) {
        const piece = pieceAt(text, start);
        tokens.push(ids.get(piece)!);
        start += piece.length;
      }
      return tokens;
    },
    decode: (tokens) =>
      Array.from(tokens, (id) => {
        const piece = texts[id];
        if (piece === undefined) throw new RangeError(`piece tokenizer: expected ids from 0 to ${texts.length - 1}, got ${id}`);
        return piece;
      }).join(""),
    toJSON: () => wordPieceDocument([...specialTokens, ...ids.keys()], specialTokens.length),
  };
};

/**
 * The tokenizer of pieces that a parsed `tokenizer.json` describes. `TypeError` when the document is not of the form that `pieceTokenizer` writes,
 * `RangeError` when its ids or pieces cannot be used.
 */
export const pieceTokenizerFromJSON = (document: unknown): Tokenizer => {
  const [pad, end, ...pieces] = readVocabulary(document, specialTokens.length, "WordPiece");
  if (pad !== specialTokens[0] || end !== specialTokens[1]) {
    throw new RangeError(`piece tokenizer: expected special tokens ${specialTokens.join(" and ")}, got ${pad} and ${end}`);
  }
  return pieceTokenizer(pieces);
};
