/** A tokenizer by whatever name the user has for it: a file, a folder or a model. */
import { stat } from "node:fs/promises";
import type { HubOptions } from "../../policies/checkpoints/hub/hub.ts";
import { openCheckpoint } from "../../policies/checkpoints/load.ts";
import { naming, readText } from "../../files/byte-source.ts";
import { isObject, type Json } from "../../files/json.ts";
import type { TokenizerDocuments } from "../../tokenizers/huggingface/special-tokens.ts";
import type { ModelTokenizer } from "../../tokenizers/huggingface/tokenizer.ts";
import { readTokenizer } from "../../tokenizers/read.ts";
import { tokenizerOf } from "./model.ts";
import { readTokenizerFiles } from "./tokenizer-files.ts";

/** Longest file that is read, in bytes. */
const longest = 100_000_000;

const fromFile = async (path: string): Promise<ModelTokenizer> => {
  const text = await readText(path, longest);
  return naming(path, () => {
    const document = JSON.parse(text) as Json;
    const all = isObject(document) && Object.hasOwn(document, "tokenizer.json") ? document : undefined;
    return readTokenizer((all ?? { "tokenizer.json": document }) as unknown as TokenizerDocuments);
  });
};

/**
 * The tokenizer of a `.json` file, of a folder with a `tokenizer.json`, of a `.gguf` file or of a model of the Hub.
 * `RangeError` where there is none; errors of its files, of `openCheckpoint` and of `readTokenizer`.
 */
export const namedTokenizer = async (name: string, options: HubOptions = {}): Promise<ModelTokenizer> => {
  const found = await stat(name).catch(() => undefined);
  if (found?.isFile() === true && name.toLowerCase().endsWith(".json")) return fromFile(name);
  const documents = found?.isDirectory() === true ? await readTokenizerFiles(name) : undefined;
  if (documents !== undefined) return readTokenizer(documents);
  const tokenizer = found?.isDirectory() === true ? undefined : await tokenizerOf(await openCheckpoint(name, options));
  if (tokenizer !== undefined) return tokenizer;
  throw new RangeError(`${name}: expected a tokenizer.json, got none; name a file, a folder or a model that has one`);
};
