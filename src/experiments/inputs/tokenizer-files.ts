/**
 * The tokenizer of a checkpoint on the disk: the documents that say something about it, read from a folder or a GGUF
 * file, and written beside a student.
 */
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { naming, readText } from "../../files/byte-source.ts";
import type { GgufTokenizer } from "../../policies/checkpoints/gguf/gguf-tokenizer.ts";
import { tokenizerDocumentsFromGguf } from "../../tokenizers/gguf/documents.ts";
import type { TokenizerDocuments } from "../../tokenizers/huggingface/special-tokens.ts";
import type { Tokenizer } from "../../tokenizers/tokenizer.ts";
import { isObject, type Json } from "../../files/json.ts";
import { writeJson } from "../../files/json-file.ts";

/** Longest document that is read, in bytes. */
const longest = 100_000_000;

/** Files that may say something about a tokenizer, besides `tokenizer.json` itself. */
const besides = [
  "tokenizer_config.json",
  "special_tokens_map.json",
  "generation_config.json",
  "config.json",
  "chat_template.jinja",
] as const satisfies readonly (keyof TokenizerDocuments)[];

/** Names of all of them. */
export const tokenizerFiles: readonly string[] = ["tokenizer.json", ...besides];

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isFile(),
    () => false,
  );

const readDocument = async (path: string): Promise<unknown> => {
  const text = await readText(path, longest);
  return path.endsWith(".json") ? naming(path, (): unknown => JSON.parse(text)) : text;
};

/**
 * The documents of a folder; nothing where it has no `tokenizer.json`. Errors name the file that is not JSON, not
 * UTF-8, or above 100 MB.
 */
export const readTokenizerFiles = async (folder: string): Promise<TokenizerDocuments | undefined> => {
  const main = join(folder, "tokenizer.json");
  if (!(await isThere(main))) return undefined;
  const documents: [string, unknown][] = [];
  for (const name of besides)
    if (await isThere(join(folder, name))) documents.push([name, await readDocument(join(folder, name))]);
  return { "tokenizer.json": await readDocument(main), ...Object.fromEntries(documents) };
};

/** The documents of the tokenizer that a GGUF file holds. Errors as of `tokenizerDocumentsFromGguf`. */
export const ggufDocuments = (tokenizer: GgufTokenizer): TokenizerDocuments => {
  const {
    model,
    pre,
    tokens,
    scores,
    types,
    merges,
    beginId,
    endId,
    padId,
    unknownId,
    addBegin,
    addEnd,
    addSpacePrefix,
  } = tokenizer;
  const all = {
    "tokenizer.ggml.model": model,
    "tokenizer.ggml.pre": pre,
    "tokenizer.ggml.tokens": tokens,
    "tokenizer.ggml.scores": scores,
    "tokenizer.ggml.token_type": types,
    "tokenizer.ggml.merges": merges,
    "tokenizer.ggml.bos_token_id": beginId,
    "tokenizer.ggml.eos_token_id": endId,
    "tokenizer.ggml.eot_token_id": tokenizer.turnEndId,
    "tokenizer.ggml.eom_token_id": tokenizer.messageEndId,
    "tokenizer.ggml.padding_token_id": padId,
    "tokenizer.ggml.unknown_token_id": unknownId,
    "tokenizer.ggml.add_bos_token": addBegin,
    "tokenizer.ggml.add_eos_token": addEnd,
    "tokenizer.ggml.add_space_prefix": addSpacePrefix,
    "tokenizer.chat_template": tokenizer.chatTemplate,
  };
  return tokenizerDocumentsFromGguf(Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)));
};

/** Writes a tokenizer as `readTokenizerFiles` reads it. `config.json` is the policy's and is not written. */
export const writeTokenizerFiles = async (folder: string, tokenizer: Tokenizer): Promise<void> => {
  const document = tokenizer.toJSON() as Json;
  const all =
    isObject(document) && Object.hasOwn(document, "tokenizer.json") ? document : { "tokenizer.json": document };
  for (const [name, content] of Object.entries(all))
    if (name !== "config.json") await writeJson(join(folder, name), content);
};
