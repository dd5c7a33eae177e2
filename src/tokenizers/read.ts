/** Reads any `tokenizer.json` that this package writes. */
import { characterTokenizerFromJSON } from "./characters.ts";
import { pieceTokenizerFromJSON } from "./pieces.ts";
import type { Tokenizer } from "./tokenizer.ts";

const modelOf = (document: unknown): unknown => {
  const model: unknown = typeof document === "object" && document !== null && "model" in document ? document.model : undefined;
  return typeof model === "object" && model !== null && "type" in model ? model.type : undefined;
};

/** The tokenizer of a parsed document: of pieces for a WordPiece model, of characters for any other. Errors are those of the two readers. */
export const tokenizerFromJSON = (document: unknown): Tokenizer =>
  modelOf(document) === "WordPiece" ? pieceTokenizerFromJSON(document) : characterTokenizerFromJSON(document);
