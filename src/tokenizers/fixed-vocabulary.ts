/** What the project's own tokenizers of a fixed vocabulary have in common: their special tokens, and text from ids. */
import type { Tokenizer } from "./tokenizer.ts";

/**
 * All but the ways from text to ids and to a document. `texts` are those of all ids, "" for special tokens;
 * `RangeError` of `decode` begins with `who`.
 */
export const fixedVocabulary = (who: string, texts: readonly string[]): Omit<Tokenizer, "encode" | "toJSON"> => ({
  vocabularySize: texts.length,
  padId: 0,
  endId: 1,
  stopIds: [1],
  decode: (tokens) =>
    Array.from(tokens, (id) => {
      const text = texts[id];
      if (text === undefined) throw new RangeError(`${who}: expected ids from 0 to ${texts.length - 1}, got ${id}`);
      return text;
    }).join(""),
});

/**
 * `RangeError`, which begins with `who`, for text that spells a special token: other readers of `tokenizer.json` would
 * take it for that token.
 */
export const refuseSpecial = (who: string, text: string, specials: readonly string[]): void => {
  const special = specials.find((content) => text.includes(content));
  if (special !== undefined) throw new RangeError(`${who}: expected text without special tokens, got ${special}`);
};
