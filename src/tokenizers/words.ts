/**
 * A tokenizer of words: letters, marks, numbers and underscores in a row, with the space before them if there is one;
 * any other character alone.
 */
import { wordPattern } from "./tokenizer-json.ts";
import { readVocabulary, specialTokens, unknownToken, wordsDocument } from "./tokenizer-json.ts";
import { fixedVocabulary, refuseSpecial } from "./fixed-vocabulary.ts";
import type { Tokenizer } from "./tokenizer.ts";

/** How its errors begin. */
const who = "word tokenizer";

const word = new RegExp(wordPattern, "gu");

/** The words of a text; joined they are the text. */
const wordsOf = (text: string): readonly string[] => text.match(word) ?? [];

/**
 * The `size` most frequent words of texts, the most frequent first; of equally frequent ones the first by code units.
 * `RangeError` unless `size` is a whole number of at least 1.
 */
export const learnWords = (texts: Iterable<string>, size: number): string[] => {
  if (!Number.isInteger(size) || size < 1)
    throw new RangeError(`words: expected a vocabulary of at least 1 word, got ${size}`);
  const counts = new Map<string, number>();
  for (const text of texts) for (const each of wordsOf(text)) counts.set(each, (counts.get(each) ?? 0) + 1);
  const order = ([a, m]: readonly [string, number], [b, n]: readonly [string, number]): number =>
    n - m || (a < b ? -1 : 1);
  return [...counts]
    .toSorted(order)
    .slice(0, size)
    .map(([each]) => each);
};

/** What happens to words outside of the vocabulary. */
export interface WordOptions {
  /** `refuse`: `encode` throws. `token`: they become one token of their own, id 2, which has no text. */
  readonly unknown: "refuse" | "token";
}

const checkWords = (words: readonly string[]): void => {
  const broken = words.find((each) => wordsOf(each).length !== 1);
  if (broken !== undefined) throw new RangeError(`${who}: expected single words, got ${JSON.stringify(broken)}`);
  if (words.length === 0) throw new RangeError(`${who}: expected at least one word, got none`);
  const repeated =
    new Set(words).size < words.length ? words.find((each, index) => words.indexOf(each) < index) : undefined;
  if (repeated !== undefined)
    throw new RangeError(`${who}: expected different words, got ${JSON.stringify(repeated)} twice`);
};

/**
 * The tokenizer of `words`: id 0 is padding, 1 end-of-sequence, with `unknown: "token"` 2 any other word, and then the
 * words in order. A text comes back unchanged from its ids where all of its words are in the vocabulary: a space
 * belongs to the word after it, and nothing is dropped. `encode` refuses text that spells a special token,
 * and words outside of the vocabulary unless they have a token; `decode` an id outside of it: `RangeError`.
 */
export const wordTokenizer = (words: readonly string[], { unknown }: WordOptions): Tokenizer => {
  checkWords(words);
  const specials = unknown === "token" ? [...specialTokens, unknownToken] : [...specialTokens];
  const texts = [...specials.map(() => ""), ...words];
  const ids = new Map(words.map((each, index) => [each, index + specials.length]));
  return {
    ...fixedVocabulary(who, texts),
    ...(unknown === "token" ? { unknownId: 2 } : {}),
    encode(text) {
      refuseSpecial(who, text, specials);
      return wordsOf(text).map((each) => {
        const id = ids.get(each) ?? (unknown === "token" ? 2 : undefined);
        if (id === undefined)
          throw new RangeError(`${who}: expected words of the vocabulary, got ${JSON.stringify(each)}`);
        return id;
      });
    },
    toJSON: () => wordsDocument([...specials, ...words], specials.length),
  };
};

/**
 * The tokenizer of words that a parsed `tokenizer.json` describes. `TypeError` when the document is not of the form
 * that `wordTokenizer` writes, `RangeError` when its ids or words cannot be used.
 */
export const wordTokenizerFromJSON = (document: unknown): Tokenizer => {
  const unknown = hasUnknown(document) ? "token" : "refuse";
  const count = unknown === "token" ? specialTokens.length + 1 : specialTokens.length;
  const pieces = readVocabulary(document, count, "Words");
  const expected = unknown === "token" ? [...specialTokens, unknownToken] : specialTokens;
  if (expected.some((content, id) => pieces[id] !== content)) {
    throw new RangeError(
      `${who}: expected special tokens ${expected.join(" and ")}, got ${pieces.slice(0, count).join(" and ")}`,
    );
  }
  return wordTokenizer(pieces.slice(count), { unknown });
};

const hasUnknown = (document: unknown): boolean => {
  const added: unknown =
    typeof document === "object" && document !== null && "added_tokens" in document ? document.added_tokens : undefined;
  return Array.isArray(added) && added.length > specialTokens.length;
};
