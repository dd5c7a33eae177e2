/** Reads any tokenizer: the project's own forms, and those of HuggingFace checkpoints. */
import { characterTokenizerFromJSON } from "./characters.ts";
import { chatTemplateOf } from "./huggingface/chat-template.ts";
import type { TokenizerDocuments } from "./huggingface/special-tokens.ts";
import { huggingfaceTokenizer, type ModelTokenizer } from "./huggingface/tokenizer.ts";
import { pieceTokenizerFromJSON } from "./pieces.ts";
import { formOf, specialTokens, unknownToken } from "./tokenizer-json.ts";
import type { Tokenizer } from "./tokenizer.ts";
import { wordTokenizerFromJSON } from "./words.ts";

const readers = {
  WordLevel: characterTokenizerFromJSON,
  WordPiece: pieceTokenizerFromJSON,
  Words: wordTokenizerFromJSON,
} as const;

const ownTokenizer = (document: unknown): Tokenizer | undefined => {
  const form = formOf(document);
  return form === undefined ? undefined : readers[form](document);
};

/** A tokenizer of the project beside the files of a checkpoint: its form says which tokens end and pad. */
const asModelTokenizer = (tokenizer: Tokenizer, documents: TokenizerDocuments): ModelTokenizer => {
  const chatTemplate = chatTemplateOf(documents);
  const [pad, end] = specialTokens;
  const config = { eos_token: end, pad_token: pad, chat_template: chatTemplate };
  return {
    ...tokenizer,
    beginId: undefined,
    addedSpecialIds: { before: [], after: [] },
    chatTemplate,
    tokenOf: (id) => specialTokens[id] ?? (id < tokenizer.vocabularySize ? tokenizer.decode([id]) || unknownToken : ""),
    toJSON: () =>
      chatTemplate === undefined
        ? tokenizer.toJSON()
        : { "tokenizer.json": tokenizer.toJSON(), "tokenizer_config.json": config },
  };
};

/**
 * The tokenizer of a checkpoint from its documents, by the names of their files: of the project where `tokenizer.json`
 * has exactly that form, else through HuggingFace's library. Nothing is read from a disk here: whoever opens the
 * folder, the file or the Hub gives those that there are. Errors are those of the readers.
 */
export const readTokenizer = (documents: TokenizerDocuments): ModelTokenizer => {
  const own = ownTokenizer(documents["tokenizer.json"]);
  return own === undefined ? huggingfaceTokenizer(documents) : asModelTokenizer(own, documents);
};

const isDocuments = (value: unknown): value is TokenizerDocuments =>
  typeof value === "object" && value !== null && Object.hasOwn(value, "tokenizer.json");

/**
 * The tokenizer that `toJSON` of a tokenizer describes. A `tokenizer.json` of a stranger does not say which token ends:
 * `RangeError`; give all documents to `readTokenizer`. Errors are those of the readers.
 */
export const tokenizerFromJSON = (document: unknown): Tokenizer =>
  isDocuments(document)
    ? readTokenizer(document)
    : (ownTokenizer(document) ?? huggingfaceTokenizer({ "tokenizer.json": document }));
