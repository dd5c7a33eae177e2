/** Tokenizers that are trained on texts: of characters, of words, or a byte-level BPE. */
import { Type, type Static } from "@sinclair/typebox";
import { closedObject } from "../plugins/closed-object.ts";
import { trainBpe } from "./bpe/train.ts";
import { characterTokenizer } from "./characters.ts";
import type { Tokenizer } from "./tokenizer.ts";
import { learnWords, wordTokenizer } from "./words.ts";

/** How much is trained on, in UTF-16 units, and how many words a vocabulary of words has at most. */
export const trainingLimits = { characters: 2 ** 24, words: 2 ** 14 } as const;

/** Vocabularies that a BPE may have: 256 bytes and two special tokens at least. */
export const bpeSizes = { least: 258, most: 2 ** 17 } as const;

/** A pair that the texts have once is not joined. */
const minimumCount = 2;

/** Schemas of what can be trained. */
export const trainedKinds = [
  Type.Literal("characters", { description: "One token a character." }),
  Type.Literal("words", {
    description: `One token a word, for the ${trainingLimits.words} most frequent; prompts may have others.`,
  }),
  closedObject(
    {
      bpe: Type.Integer({
        minimum: bpeSizes.least,
        maximum: bpeSizes.most,
        description: "Tokens of the vocabulary, 256 bytes and two special ones included; fewer where texts are short.",
      }),
    },
    { description: "A byte-level BPE, as GPT-2's: it can write every text." },
  ),
] as const;

/** What can be trained. */
export type TrainedKind = Static<(typeof trainedKinds)[number]>;

/** The texts up to the limit; what they have beyond is not trained on. */
function* bounded(texts: Iterable<string>): Generator<string> {
  let left: number = trainingLimits.characters;
  for (const text of texts) {
    if (text.length > left) return;
    left -= text.length;
    yield text;
  }
}

/** Half of a surrogate pair is no character, and no tokenizer can write it. */
const loneSurrogate = /\p{Surrogate}/u;

const charactersOf = (texts: Iterable<string>): string => {
  const found = new Set<string>();
  for (const text of texts) for (const character of text) if (!loneSurrogate.test(character)) found.add(character);
  return [...found].toSorted((a, b) => a.codePointAt(0)! - b.codePointAt(0)!).join("");
};

/**
 * Trains a tokenizer on the first `trainingLimits.characters` of texts: the same texts give the same one. Characters
 * that the texts do not have are refused by `encode`, words become an unknown token, and a BPE has every text.
 * `RangeError` for texts that are all empty, but for a BPE, and for a size that a BPE cannot have.
 */
export const trainTokenizer = (texts: Iterable<string>, kind: TrainedKind): Tokenizer => {
  if (kind === "characters") return characterTokenizer(charactersOf(bounded(texts)));
  if (kind === "words") {
    const words = learnWords(bounded(texts), trainingLimits.words).filter((word) => !loneSurrogate.test(word));
    return wordTokenizer(words, { unknown: "token" });
  }
  return trainBpe(bounded(texts), { vocabularySize: kind.bpe, minimumCount });
};
