/** The documents of a tokenizer from the metadata of a GGUF file, as its makers' files would have them. */
import { Type } from "@sinclair/typebox";
import type { TokenizerDocuments } from "../huggingface/special-tokens.ts";
import { byteLevelParts } from "./byte-level.ts";
import {
  flag,
  namedToken,
  needed,
  readTokens,
  tokenKinds,
  valueOf,
  type GgufMetadata,
  type GgufToken,
} from "./metadata.ts";
import { sentencePieceParts } from "./sentencepiece.ts";
import { defined } from "../../optional/defined.ts";

const readers = { gpt2: byteLevelParts, llama: sentencePieceParts } as const;

const readerOf = (metadata: GgufMetadata) => {
  const model = needed(metadata, "tokenizer.ggml.model", Type.String());
  if (model === "gpt2" || model === "llama") return readers[model];
  throw new RangeError(
    `GGUF: expected tokenizer.ggml.model to be gpt2 or llama, got ${JSON.stringify(model)}; use the ` +
      "tokenizer.json of the model that the file was made from",
  );
};

const addedTokens = (tokens: readonly GgufToken[]): object[] =>
  tokens.flatMap(({ text, kind }, id) => {
    const special = kind === tokenKinds.control || kind === tokenKinds.unknown;
    if (!special && kind !== tokenKinds.userDefined) return [];
    return { id, content: text, single_word: false, lstrip: false, rstrip: false, normalized: false, special };
  });

/** The ids added around a text: begin and end of sequence, where the model was trained with them. */
const template = (
  before: readonly { readonly id: number; readonly text: string }[],
  after: typeof before,
): object | null => {
  if (before.length + after.length === 0) return null;
  const special = (type: number) => (token: { readonly text: string }) => ({
    SpecialToken: { id: token.text, type_id: type },
  });
  const around = (id: string, type: number) => [
    ...before.map(special(type)),
    { Sequence: { id, type_id: type } },
    ...after.map(special(type)),
  ];
  return {
    type: "TemplateProcessing",
    single: around("A", 0),
    pair: [...around("A", 0), ...around("B", 1)],
    special_tokens: Object.fromEntries(
      [...before, ...after].map(({ id, text }) => [text, { id: text, ids: [id], tokens: [text] }]),
    ),
  };
};

/**
 * The documents of the tokenizer of a GGUF file, for `readTokenizer`: byte-level BPE (`gpt2`, cut as default, gpt-2,
 * smollm, llama-bpe or qwen2) and SentencePiece BPE (`llama`). `TypeError` for values of another kind than the
 * format's, `RangeError` for other tokenizers and for ids, scores or kinds that do not fit the tokens.
 */
export const tokenizerDocumentsFromGguf = (metadata: GgufMetadata): TokenizerDocuments => {
  const read = readerOf(metadata);
  const tokens = readTokens(metadata);
  const { begins, ...parts } = read(metadata, tokens);
  const token = (name: string) => namedToken(metadata, name, tokens);
  const [begin, end, pad] = [token("bos_token_id"), token("eos_token_id"), token("padding_token_id")];
  const ends = [end, token("eot_token_id"), token("eom_token_id")].flatMap((found) => found?.id ?? []);
  const before = begin !== undefined && (flag(metadata, "add_bos_token") ?? begins) ? [begin] : [];
  const after = end !== undefined && (flag(metadata, "add_eos_token") ?? false) ? [end] : [];
  const chatTemplate = valueOf(metadata, "tokenizer.chat_template", Type.String());
  return {
    "tokenizer.json": {
      version: "1.0",
      truncation: null,
      padding: null,
      added_tokens: addedTokens(tokens),
      normalizer: parts.normalizer,
      pre_tokenizer: parts.pre_tokenizer,
      post_processor: template(before, after),
      decoder: parts.decoder,
      model: parts.model,
    },
    "tokenizer_config.json": {
      ...defined({ bos_token: begin?.text, eos_token: end?.text, pad_token: pad?.text, chat_template: chatTemplate }),
    },
    ...(ends.length > 1 ? { "generation_config.json": { eos_token_id: ends } } : {}),
  };
};
