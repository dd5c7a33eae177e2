/** The vocabularies and rules of documents: which piece has which id, checked before anything is built from them. */
import { Type, type Static } from "@sinclair/typebox";
import { checked, quoted } from "./part.ts";
import { closedObject } from "../../plugins/closed-object.ts";

/**
 * As many pieces as Unicode has code points, and some special tokens; merges of a large vocabulary; characters of a
 * piece, and of a word of WordPiece.
 */
const limits = { pieces: 0x110000 + 1024, merges: 1 << 21, piece: 1024, wordPieces: 200 } as const;

/**
 * A piece that no vocabulary has: the library answers with it where text has no id, instead of leaving the text out.
 */
export const nowhere = "\u{10ffff}no id\u{10ffff}";

/** The model of a document: its own pieces by id, and what the library gets. */
export interface Model {
  readonly type: "BPE" | "Unigram" | "WordPiece" | "WordLevel";
  readonly ids: ReadonlyMap<string, number>;
  /** The model for the library, and what the library wants beside the document. */
  readonly spelled: object;
  readonly config: object;
  /** Characters of the longest piece. */
  readonly longest: number;
}

/** The pieces of a vocabulary with their ids. `RangeError` with the piece that cannot be used. */
const idsOf = (entries: readonly (readonly [string, unknown])[]): ReadonlyMap<string, number> => {
  if (entries.length === 0 || entries.length > limits.pieces) {
    throw new RangeError(
      `tokenizer.json: expected 1 to ${limits.pieces} pieces at /model/vocab, got ${entries.length}`,
    );
  }
  const ids = new Map<string, number>();
  const used = new Set<number>();
  for (const [piece, id] of entries) {
    if (
      typeof id !== "number" ||
      !Number.isInteger(id) ||
      id < 0 ||
      id >= limits.pieces ||
      used.has(id) ||
      ids.has(piece)
    ) {
      throw new RangeError(
        `tokenizer.json: expected each piece once, with an id of its own from 0 to ${limits.pieces - 1}, at ` +
          `/model/vocab, got ${quoted(id)} for ${quoted(piece)}`,
      );
    }
    if (piece.length > limits.piece) {
      throw new RangeError(
        `tokenizer.json: expected pieces of at most ${limits.piece} characters, got ${piece.length} in ` +
          `${quoted(piece)}`,
      );
    }
    used.add(id);
    ids.set(piece, id);
  }
  return ids;
};

const made = (type: Model["type"], ids: ReadonlyMap<string, number>, spelled: object, config: object = {}): Model => {
  let longest = 0;
  for (const piece of ids.keys()) longest = Math.max(longest, piece.length);
  return { type, ids, spelled, config, longest };
};

/** An object whose members are checked one by one: a schema would take minutes for a large vocabulary. */
const Vocabulary = Type.Object({});
const Word = Type.String({ maxLength: limits.piece });
const NoText = Type.Union([Type.Null(), Type.Literal("")]);

const Bpe = closedObject({
  type: Type.Literal("BPE"),
  vocab: Vocabulary,
  merges: Type.Array(Type.Unknown(), { maxItems: limits.merges }),
  dropout: Type.Optional(Type.Union([Type.Null(), Type.Literal(0)])),
  unk_token: Type.Optional(Type.Union([Type.Null(), Word])),
  continuing_subword_prefix: Type.Optional(NoText),
  end_of_word_suffix: Type.Optional(Type.Union([Type.Null(), Word])),
  fuse_unk: Type.Optional(Type.Boolean()),
  byte_fallback: Type.Optional(Type.Boolean()),
  ignore_merges: Type.Optional(Type.Boolean()),
});

/** Two pieces that become one, from either form of writing it. */
const pairOf = (merge: unknown): readonly [string, string] | undefined => {
  const pair: readonly unknown[] = typeof merge === "string" ? merge.split(" ") : Array.isArray(merge) ? merge : [];
  const [left, right] = pair;
  return pair.length === 2 && typeof left === "string" && typeof right === "string" ? [left, right] : undefined;
};

const bpe = (model: Static<typeof Bpe>): Model => {
  const ids = idsOf(Object.entries(model.vocab));
  const merges = model.merges.map((merge, index) => {
    const pair = pairOf(merge);
    if (pair === undefined || !ids.has(pair[0]) || !ids.has(pair[1]) || !ids.has(pair.join(""))) {
      throw new RangeError(
        `tokenizer.json: expected two pieces of the vocabulary that make a third at /model/merges/${index}, ` +
          `got ${quoted(merge)}`,
      );
    }
    return pair;
  });
  const { end_of_word_suffix: suffix, fuse_unk, byte_fallback, ignore_merges } = model;
  const rules = { end_of_word_suffix: suffix === "" ? null : suffix, fuse_unk, byte_fallback, ignore_merges };
  return made("BPE", ids, { type: "BPE", vocab: model.vocab, merges, unk_token: model.unk_token || nowhere, ...rules });
};

const Unigram = closedObject({
  type: Type.Literal("Unigram"),
  vocab: Type.Array(Type.Unknown(), { maxItems: limits.pieces }),
  unk_id: Type.Optional(Type.Union([Type.Null(), Type.Integer({ minimum: 0 })])),
  byte_fallback: Type.Optional(Type.Literal(false)),
});

const unigram = ({ vocab, unk_id: unknown }: Static<typeof Unigram>): Model => {
  const entries = vocab.map((entry, id): [string, number] => {
    const pair: readonly unknown[] = Array.isArray(entry) ? entry : [];
    const [piece, score] = pair;
    if (
      pair.length === 2 &&
      typeof piece === "string" &&
      piece !== "" &&
      typeof score === "number" &&
      Number.isFinite(score)
    )
      return [piece, id];
    throw new TypeError(`tokenizer.json: expected a piece and its score at /model/vocab/${id}, got ${quoted(entry)}`);
  });
  if (typeof unknown === "number" && unknown >= vocab.length) {
    throw new RangeError(`tokenizer.json: expected unk_id from 0 to ${vocab.length - 1} at /model, got ${unknown}`);
  }
  return made("Unigram", idsOf(entries), { type: "Unigram", vocab, unk_id: unknown ?? null });
};

const WordPiece = closedObject({
  type: Type.Literal("WordPiece"),
  vocab: Vocabulary,
  unk_token: Word,
  continuing_subword_prefix: Word,
  max_input_chars_per_word: Type.Integer({ minimum: 1, maximum: limits.wordPieces }),
});

const WordLevel = closedObject({ type: Type.Literal("WordLevel"), vocab: Vocabulary, unk_token: Word });

/**
 * The model of a document. `TypeError` for a type or an option that is not supported (dropout, prefixes of
 * continuations in BPE, byte fallback of Unigram), `RangeError` for ids, pieces or merges that cannot be used.
 */
export const readModel = (value: unknown): Model => {
  const type: unknown = typeof value === "object" && value !== null && "type" in value ? value.type : undefined;
  if (type === "BPE") return bpe(checked(Bpe, value, "/model"));
  if (type === "Unigram") return unigram(checked(Unigram, value, "/model"));
  if (type === "WordPiece") {
    const model = checked(WordPiece, value, "/model");
    return made("WordPiece", idsOf(Object.entries(model.vocab)), model);
  }
  if (type === "WordLevel") {
    const { vocab, unk_token } = checked(WordLevel, value, "/model");
    return made("WordLevel", idsOf(Object.entries(vocab)), { type: "WordLevel", vocab }, { unk_token });
  }
  throw new TypeError(
    `tokenizer.json: expected type to be one of BPE, Unigram, WordLevel, WordPiece at /model, got ${quoted(type)}`,
  );
};
