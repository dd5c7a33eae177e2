/** A tokenizer with one id for each character (Unicode code point) of an alphabet. */
import { fixedVocabulary, refuseSpecial } from "./fixed-vocabulary.ts";
import type { Tokenizer } from "./tokenizer.ts";
import { readVocabulary, specialTokens, wordLevelDocument } from "./tokenizer-json.ts";

/** How its errors begin. */
const who = "character tokenizer";

/** An alphabet in an error, cut where it is long. */
const shown = (alphabet: string): string =>
  alphabet.length > 200
    ? `${JSON.stringify(Array.from(alphabet).slice(0, 100).join(""))} ...`
    : JSON.stringify(alphabet);

const loneSurrogate = /\p{Surrogate}/u;

const characterIds = (alphabet: string): Map<string, number> => {
  if (loneSurrogate.test(alphabet))
    throw new RangeError(`${who}: expected whole characters, got half a surrogate pair`);
  const characters = Array.from(alphabet);
  const ids = new Map(characters.map((character, index) => [character, index + 2]));
  if (ids.size === 0) throw new RangeError(`${who}: expected at least one character, got an empty alphabet`);
  if (ids.size < characters.length) {
    const repeated = characters.find((character, index) => characters.indexOf(character) < index);
    throw new RangeError(`${who}: expected different characters, got ${JSON.stringify(repeated)} twice`);
  }
  return ids;
};

/**
 * The tokenizer of an alphabet: id 0 is padding, 1 end-of-sequence, and 2 + k the k-th character. `RangeError` for an
 * empty alphabet or one that repeats a character. `encode` refuses text that spells a special token, which other
 * readers of `tokenizer.json` would take for that token; `decode` throws `RangeError` for an id outside the vocabulary.
 */
export const characterTokenizer = (alphabet: string): Tokenizer => {
  const ids = characterIds(alphabet);
  const pieces = ["", "", ...ids.keys()];
  return {
    ...fixedVocabulary(who, pieces),
    encode(text) {
      refuseSpecial(who, text, specialTokens);
      return Array.from(text, (character) => {
        const id = ids.get(character);
        if (id === undefined) {
          throw new RangeError(
            `${who}: expected only the characters ${shown(alphabet)}, got ${JSON.stringify(character)}`,
          );
        }
        return id;
      });
    },
    toJSON: () => wordLevelDocument([...specialTokens, ...ids.keys()], specialTokens.length),
  };
};

/**
 * The character tokenizer that a parsed `tokenizer.json` describes. `TypeError` when the document is not of the form
 * that `characterTokenizer` writes, `RangeError` when its ids or characters cannot be used.
 */
export const characterTokenizerFromJSON = (document: unknown): Tokenizer => {
  const [pad, end, ...characters] = readVocabulary(document, specialTokens.length);
  if (pad !== specialTokens[0] || end !== specialTokens[1]) {
    throw new RangeError(`${who}: expected special tokens ${specialTokens.join(" and ")}, got ${pad} and ${end}`);
  }
  const long = characters.find((piece) => Array.from(piece).length !== 1);
  if (long !== undefined) throw new RangeError(`${who}: expected pieces of one character, got ${JSON.stringify(long)}`);
  return characterTokenizer(characters.join(""));
};
