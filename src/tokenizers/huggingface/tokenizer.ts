/** The tokenizer of a HuggingFace checkpoint, from the documents in it. */
import { specialTokens } from "../tokenizer-json.ts";
import type { Tokenizer } from "../tokenizer.ts";
import { chatTemplateOf } from "./chat-template.ts";
import { readDocument, type ReadDocument } from "./document.ts";
import { openLibrary, type LibraryTokenizer } from "./library.ts";
import { quoted } from "./part.ts";
import type { AddedSpecialIds } from "./post-processors.ts";
import { specialIds, type SpecialIds, type TokenizerDocuments } from "./special-tokens.ts";
import { defined } from "../../optional/defined.ts";

/** A tokenizer that belongs to a checkpoint. */
export interface ModelTokenizer extends Tokenizer, SpecialIds {
  /** Ids that the model expects around one text (`add_special_tokens` in transformers); `encode` leaves them out. */
  readonly addedSpecialIds: AddedSpecialIds;
  /** The piece or special token of an id as the vocabulary writes it; "" for an id that has none. */
  tokenOf(id: number): string;
  /** The Jinja template of its conversations. */
  readonly chatTemplate: string | undefined;
}

/** Characters (UTF-16 units) of a text; less for Unigram, which keeps a lattice of the whole. */
const mostCharacters = { BPE: 1 << 20, WordLevel: 1 << 20, WordPiece: 1 << 20, Unigram: 1 << 16 } as const;

/** Nodes of that lattice: characters times those of the longest piece. */
const mostNodes = 1 << 22;

const loneSurrogate = /\p{Surrogate}/u;

const checkText = (text: string, { model }: ReadDocument): void => {
  const most =
    model.type === "Unigram"
      ? Math.min(mostCharacters.Unigram, Math.floor(mostNodes / model.longest))
      : mostCharacters[model.type];
  if (text.length > most)
    throw new RangeError(
      `tokenizer: expected at most ${most} characters, got ${text.length}; encode the text in parts`,
    );
  const half = loneSurrogate.exec(text)?.[0];
  if (half !== undefined)
    throw new RangeError(`tokenizer: expected whole characters, got ${JSON.stringify(half)}, half a surrogate pair`);
};

/**
 * Encodes with the library; ids that are missing stay so. `RangeError` where the library gives up, for example on a
 * word without an end.
 */
const pieces = (library: LibraryTokenizer, text: string) => {
  try {
    return library.encode(text, { add_special_tokens: false });
  } catch (cause) {
    const message =
      `tokenizer: expected a text that the parts of tokenizer.json can cut, got ${quoted(text)}, ` +
      `${text.length} characters: ${String(cause)}`;
    throw new RangeError(message, { cause });
  }
};

const isId = (id: number | null | undefined): id is number => typeof id === "number";

/** The first character, or word, that has no id. */
const unknownIn = (library: LibraryTokenizer, text: string, token: string, { model }: ReadDocument): string => {
  if (model.type === "WordLevel") return token;
  const character = Array.from(new Set(text)).find((each) => !pieces(library, each).ids.every(isId));
  return character ?? text.slice(0, 20);
};

const encoder =
  (library: LibraryTokenizer, read: ReadDocument) =>
  (text: string): number[] => {
    checkText(text, read);
    if (text === "") return [];
    const { ids, tokens } = pieces(library, text);
    if (ids.every(isId)) return [...ids];
    const unknown = unknownIn(library, text, tokens[ids.findIndex((id) => !isId(id))] ?? "", read);
    throw new RangeError(
      `tokenizer: expected text made of the vocabulary, which has no unknown token, got ${JSON.stringify(unknown)}`,
    );
  };

const decoder = ({ size, special, tokenOf, decode }: ReadDocument, { padId, stopIds }: SpecialIds) => {
  const silent = new Set([...special, padId, ...stopIds]);
  return (tokens: ArrayLike<number>): string => {
    const ids = Array.from(tokens).filter((id) => {
      if (!Number.isInteger(id) || id < 0 || id >= size)
        throw new RangeError(`tokenizer: expected ids from 0 to ${size - 1}, got ${id}`);
      return !silent.has(id);
    });
    return decode(ids.map(tokenOf).filter((piece) => piece !== ""));
  };
};

/** End and padding of a document in the project's own form: its first two tokens. */
const conventional = ({ special, idOf }: ReadDocument) => {
  const [pad, end] = specialTokens.map((content) => idOf(content));
  return pad === 0 && end === 1 && special.has(0) && special.has(1) ? { pad, end } : undefined;
};

/** Documents that say the same in as few files: what was found in several is in one. */
const condensed = (
  documents: TokenizerDocuments,
  { endId, padId, beginId, stopIds }: SpecialIds,
  tokenOf: (id: number) => string,
  chatTemplate: string | undefined,
): TokenizerDocuments => ({
  "tokenizer.json": documents["tokenizer.json"],
  "tokenizer_config.json": {
    ...(beginId === undefined ? {} : { bos_token: tokenOf(beginId) }),
    eos_token: tokenOf(endId),
    pad_token: tokenOf(padId),
    ...defined({ chat_template: chatTemplate }),
  },
  ...(stopIds.length > 1 ? { "generation_config.json": { eos_token_id: [...stopIds] } } : {}),
});

/**
 * The tokenizer that the documents of a checkpoint describe, with the ids and texts of HuggingFace's `tokenizers`.
 * Special tokens that a text spells get their ids, as there. Padding falls back to the end token. `decode` leaves out
 * special tokens, and nothing else: spaces are not tidied up. `encode` throws `RangeError` for half a surrogate pair,
 * for text without an id where there is no unknown token (there Rust drops it), and above 2^20 characters (2^16 for
 * Unigram). Models: BPE, Unigram, WordPiece, WordLevel. `TypeError` and `RangeError` for documents that cannot be used.
 */
export const huggingfaceTokenizer = (documents: TokenizerDocuments): ModelTokenizer => {
  const read = readDocument(documents["tokenizer.json"]);
  const own = conventional(read);
  const ids = specialIds(documents, read.size, read.idOf, own);
  const library = openLibrary(read.spelled, read.model.config);
  const chatTemplate = chatTemplateOf(documents);
  // The form of the document alone says it all: whatever lay beside it said the same.
  const alone =
    own?.end === ids.endId &&
    own.pad === ids.padId &&
    ids.beginId === undefined &&
    ids.stopIds.length === 1 &&
    chatTemplate === undefined;
  return {
    vocabularySize: read.size,
    ...ids,
    addedSpecialIds: read.addedSpecialIds,
    chatTemplate,
    tokenOf: read.tokenOf,
    encode: encoder(library, read),
    decode: decoder(read, ids),
    toJSON: () => (alone ? documents["tokenizer.json"] : condensed(documents, ids, read.tokenOf, chatTemplate)),
  };
};
