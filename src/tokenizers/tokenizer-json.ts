/**
 * HuggingFace `tokenizer.json` documents of fixed vocabularies, of characters, of longer pieces or of words: how they
 * are written, and how an untrusted one is read.
 */
import { Type, type Static } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";

/**
 * How the project's word tokenizer cuts a text: letters, marks, numbers and underscores, after one space at most; any
 * other character alone.
 */
export const wordPattern = String.raw` ?[\p{L}\p{M}\p{N}_]+|[^\p{L}\p{M}\p{N}_]`;

/** As many as Unicode has code points, and some special tokens. */
const mostPieces = 0x110000 + 1024;

/** Contents of the special tokens of all forms, padding and end-of-sequence; their ids are 0 and 1. */
export const specialTokens = ["<pad>", "<eos>"] as const;

/** Content of the token of unknown words. Where it is not in the vocabulary, readers refuse them. */
export const unknownToken = "<unk>";

const AddedToken = Type.Object({
  id: Type.Integer({ minimum: 0 }),
  content: Type.String({ minLength: 1 }),
  single_word: Type.Literal(false),
  lstrip: Type.Literal(false),
  rstrip: Type.Literal(false),
  normalized: Type.Literal(false),
  special: Type.Literal(true),
});

/**
 * Split on the empty pattern: every character is a piece of its own, newlines too (a regular expression `.` would leave
 * those joined).
 */
const EveryCharacter = Type.Object({
  type: Type.Literal("Split"),
  pattern: Type.Object({ String: Type.Literal("") }),
  behavior: Type.Literal("Isolated"),
  invert: Type.Literal(false),
});

/** Split into words and single characters. */
const EveryWord = Type.Object({
  type: Type.Literal("Split"),
  pattern: Type.Object({ Regex: Type.Literal(wordPattern) }),
  behavior: Type.Literal("Isolated"),
  invert: Type.Literal(false),
});

/** Any piece: without a pattern of its own the schema would pass over those with a line end. */
const vocab = Type.Record(Type.String({ pattern: String.raw`^[\s\S]*$` }), Type.Integer({ minimum: 0 }), {
  maxProperties: mostPieces,
});

const parts = {
  version: Type.Literal("1.0"),
  truncation: Type.Null(),
  padding: Type.Null(),
  added_tokens: Type.Array(AddedToken, { maxItems: 1024 }),
  normalizer: Type.Null(),
  post_processor: Type.Null(),
  decoder: Type.Object({ type: Type.Literal("Fuse") }),
};

const WordLevelDocument = Type.Object({
  ...parts,
  pre_tokenizer: EveryCharacter,
  model: Type.Object({ type: Type.Literal("WordLevel"), vocab, unk_token: Type.String() }),
});

const WordsDocument = Type.Object({
  ...parts,
  pre_tokenizer: EveryWord,
  model: Type.Object({ type: Type.Literal("WordLevel"), vocab, unk_token: Type.String() }),
});

/**
 * WordPiece without a prefix for continuations takes the longest piece that the rest of the text begins with, again and
 * again.
 */
const WordPieceDocument = Type.Object({
  ...parts,
  pre_tokenizer: Type.Null(),
  model: Type.Object({
    type: Type.Literal("WordPiece"),
    vocab,
    unk_token: Type.String(),
    continuing_subword_prefix: Type.Literal(""),
    max_input_chars_per_word: Type.Integer({ minimum: 1 }),
  }),
});

const documents = { WordLevel: WordLevelDocument, WordPiece: WordPieceDocument, Words: WordsDocument } as const;

/** How a document cuts text: into characters, greedily into the longest pieces, or into words. */
export type PieceModel = keyof typeof documents;

/** Which of the project's own forms a document has; `undefined` for any other. */
export const formOf = (document: unknown): PieceModel | undefined =>
  (["WordLevel", "WordPiece", "Words"] as const).find((model) => Value.Check(documents[model], document));

/** The longest text that other readers cut; longer texts are an unknown token to them. */
const mostCharacters = 1_000_000_000;

const flags = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: true } as const;

/** Special tokens with the ids from 0 on, as a document lists them. */
export const addedTokens = (specials: readonly string[]) => specials.map((content, id) => ({ id, content, ...flags }));

/** All but the model of a document whose first pieces are special tokens. */
const partsOf = (specials: readonly string[]) =>
  ({
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: addedTokens(specials),
    normalizer: null,
    post_processor: null,
    decoder: { type: "Fuse" },
  }) as const;

const idsOf = (vocabulary: readonly string[]): Record<string, number> =>
  Object.fromEntries(vocabulary.map((piece, id) => [piece, id]));

/**
 * The document of a vocabulary of characters, whose k-th piece has id k; the first `specials` of them are special
 * tokens. Its unknown token is not in the vocabulary, so that readers refuse what they do not know.
 */
export const wordLevelDocument = (
  vocabulary: readonly string[],
  specials: number,
): Static<typeof WordLevelDocument> => ({
  ...partsOf(vocabulary.slice(0, specials)),
  pre_tokenizer: { type: "Split", pattern: { String: "" }, behavior: "Isolated", invert: false },
  model: { type: "WordLevel", vocab: idsOf(vocabulary), unk_token: unknownToken },
});

/** The same for a vocabulary of words. */
export const wordsDocument = (vocabulary: readonly string[], specials: number): Static<typeof WordsDocument> => ({
  ...partsOf(vocabulary.slice(0, specials)),
  pre_tokenizer: { type: "Split", pattern: { Regex: wordPattern }, behavior: "Isolated", invert: false },
  model: { type: "WordLevel", vocab: idsOf(vocabulary), unk_token: unknownToken },
});

/** The same for a vocabulary of longer pieces, of which text takes the longest that fits, again and again. */
export const wordPieceDocument = (
  vocabulary: readonly string[],
  specials: number,
): Static<typeof WordPieceDocument> => ({
  ...partsOf(vocabulary.slice(0, specials)),
  pre_tokenizer: null,
  model: {
    type: "WordPiece",
    vocab: idsOf(vocabulary),
    unk_token: unknownToken,
    continuing_subword_prefix: "",
    max_input_chars_per_word: mostCharacters,
  },
});

/**
 * The pieces of a document in the order of their ids, the special ones first. `TypeError` for another form of document;
 * `RangeError` when the ids are not 0, 1, 2, ... or the first `specials` of them are not the special tokens.
 */
export const readVocabulary = (document: unknown, specials: number, model: PieceModel = "WordLevel"): string[] => {
  const form = documents[model];
  if (!Value.Check(form, document)) {
    const problem = Value.Errors(form, document).First();
    throw new TypeError(
      `tokenizer.json: ${problem?.message.toLowerCase()} at ${problem?.path || "/"}, got ${typeof problem?.value}`,
    );
  }
  const entries = Object.entries(document.model.vocab).toSorted((left, right) => left[1] - right[1]);
  const misplaced = entries.findIndex(([, id], index) => id !== index);
  if (misplaced >= 0) {
    const [piece, id] = entries[misplaced] ?? [];
    throw new RangeError(
      `tokenizer.json: expected each id from 0 to ${entries.length - 1} once, got ${id} for ${JSON.stringify(piece)}`,
    );
  }
  const pieces = entries.map(([piece]) => piece);
  const added = document.added_tokens.toSorted((left, right) => left.id - right.id);
  if (added.length !== specials || added.some(({ id, content }, index) => id !== index || content !== pieces[index])) {
    const got = added.map(({ id, content }) => `${JSON.stringify(content)} as ${id}`).join(", ");
    throw new RangeError(
      `tokenizer.json: expected added tokens with the ids 0 to ${specials - 1} of the vocabulary, got ${got || "none"}`,
    );
  }
  return pieces;
};
