/** HuggingFace `tokenizer.json` documents whose pieces are single characters: how they are written, and how an untrusted one is read. */
import { Type, type Static } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";

/** As many as Unicode has code points, and some special tokens. */
const mostPieces = 0x110000 + 1024;

const AddedToken = Type.Object({
  id: Type.Integer({ minimum: 0 }),
  content: Type.String({ minLength: 1 }),
  single_word: Type.Literal(false),
  lstrip: Type.Literal(false),
  rstrip: Type.Literal(false),
  normalized: Type.Literal(false),
  special: Type.Literal(true),
});

/** Split on the empty pattern: every character is a piece of its own, newlines too (a regular expression `.` would leave those joined). */
const EveryCharacter = Type.Object({
  type: Type.Literal("Split"),
  pattern: Type.Object({ String: Type.Literal("") }),
  behavior: Type.Literal("Isolated"),
  invert: Type.Literal(false),
});

const WordLevelDocument = Type.Object({
  version: Type.Literal("1.0"),
  truncation: Type.Null(),
  padding: Type.Null(),
  added_tokens: Type.Array(AddedToken, { maxItems: 1024 }),
  normalizer: Type.Null(),
  pre_tokenizer: EveryCharacter,
  post_processor: Type.Null(),
  decoder: Type.Object({ type: Type.Literal("Fuse") }),
  model: Type.Object({
    type: Type.Literal("WordLevel"),
    vocab: Type.Record(Type.String(), Type.Integer({ minimum: 0 }), { maxProperties: mostPieces }),
    unk_token: Type.String(),
  }),
});

const flags = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: true } as const;

/**
 * The document of a vocabulary whose k-th piece has id k; the first `specials` of them are special tokens. Its unknown token is not in the
 * vocabulary, so that readers refuse what they do not know.
 */
export const wordLevelDocument = (vocabulary: readonly string[], specials: number): Static<typeof WordLevelDocument> => ({
  version: "1.0",
  truncation: null,
  padding: null,
  added_tokens: vocabulary.slice(0, specials).map((content, id) => ({ id, content, ...flags })),
  normalizer: null,
  pre_tokenizer: { type: "Split", pattern: { String: "" }, behavior: "Isolated", invert: false },
  post_processor: null,
  decoder: { type: "Fuse" },
  model: { type: "WordLevel", vocab: Object.fromEntries(vocabulary.map((piece, id) => [piece, id])), unk_token: "<unk>" },
});

/**
 * The pieces of a document in the order of their ids, the special ones first. `TypeError` for another form of document; `RangeError` when the
 * ids are not 0, 1, 2, ... or the first `specials` of them are not the special tokens.
 */
export const readVocabulary = (document: unknown, specials: number): string[] => {
  if (!Value.Check(WordLevelDocument, document)) {
    const problem = Value.Errors(WordLevelDocument, document).First();
    throw new TypeError(`tokenizer.json: ${problem?.message.toLowerCase()} at ${problem?.path || "/"}, got ${typeof problem?.value}`);
  }
  const entries = Object.entries(document.model.vocab).toSorted((left, right) => left[1] - right[1]);
  const misplaced = entries.findIndex(([, id], index) => id !== index);
  if (misplaced >= 0) {
    const [piece, id] = entries[misplaced] ?? [];
    throw new RangeError(`tokenizer.json: expected each id from 0 to ${entries.length - 1} once, got ${id} for ${JSON.stringify(piece)}`);
  }
  const pieces = entries.map(([piece]) => piece);
  const added = document.added_tokens.toSorted((left, right) => left.id - right.id);
  if (added.length !== specials || added.some(({ id, content }, index) => id !== index || content !== pieces[index])) {
    const got = added.map(({ id, content }) => `${JSON.stringify(content)} as ${id}`).join(", ");
    throw new RangeError(`tokenizer.json: expected added tokens with the ids 0 to ${specials - 1} of the vocabulary, got ${got || "none"}`);
  }
  return pieces;
};
