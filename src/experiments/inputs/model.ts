/** A model as its maker left it: a policy, its weights and its tokenizer, by whatever name the user has for it. */
import type { Checkpoint } from "../../policies/checkpoints/huggingface.ts";
import type { HubOptions } from "../../policies/checkpoints/hub/hub.ts";
import { loadCheckpoint, type LoadedCheckpoint } from "../../policies/checkpoints/load.ts";
import type { ModelTokenizer } from "../../tokenizers/huggingface/tokenizer.ts";
import { readTokenizer } from "../../tokenizers/read.ts";
import { ggufDocuments, readTokenizerFiles } from "./tokenizer-files.ts";

/** A checkpoint and its tokenizer. */
export interface Model extends Checkpoint {
  /** Nothing where the checkpoint has none. */
  readonly tokenizer: ModelTokenizer | undefined;
}

/** The tokenizer of a checkpoint; nothing where it has none. Errors are those of its files and of `readTokenizer`. */
export const tokenizerOf = async ({
  folder,
  tokenizer,
}: Pick<LoadedCheckpoint, "folder" | "tokenizer">): Promise<ModelTokenizer | undefined> => {
  const documents = tokenizer === undefined ? await readTokenizerFiles(folder) : ggufDocuments(tokenizer);
  return documents === undefined ? undefined : readTokenizer(documents);
};

/**
 * Loads a folder, a `.safetensors` or `.gguf` file, or a name of the Hub. Errors are those of `loadCheckpoint` and
 * `tokenizerOf`.
 */
export const loadModel = async (name: string, options: HubOptions = {}): Promise<Model> => {
  const loaded = await loadCheckpoint(name, options);
  return { policy: loaded.policy, weights: loaded.weights, tokenizer: await tokenizerOf(loaded) };
};
