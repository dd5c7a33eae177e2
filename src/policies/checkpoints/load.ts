/** Checkpoints by what a user calls them: a folder, a file, or a name on the Hub. */
import { stat } from "node:fs/promises";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { isThere, naming } from "../../files/byte-source.ts";
import { openGguf } from "./gguf/gguf.ts";
import type { GgufTokenizer } from "./gguf/gguf-tokenizer.ts";
import { nearPath } from "../../files/near-name.ts";
import { fetchFromHub, hubForms, parseHubName, type HubOptions } from "./hub/hub.ts";
import { configFile, policyOf, policyWith, readConfig, type Checkpoint } from "./huggingface.ts";
import { openShards, openWeights, openWeightsFile } from "./safetensors/safetensors-files.ts";
import type { StoredWeights } from "./safetensors/stored-weights.ts";

/** Where the files of a checkpoint are. */
interface CheckpointPath {
  /** The folder in which its files are, a tokenizer's too unless it is in the file of weights itself. */
  readonly folder: string;
  /** The tokenizer that a GGUF file holds. */
  readonly tokenizer?: GgufTokenizer;
}

/** A checkpoint whose weights are not read yet. */
export interface OpenCheckpoint extends CheckpointPath {
  /** The HuggingFace configuration, not checked. */
  readonly config: unknown;
  readonly stored: StoredWeights;
}

/** A checkpoint, and where its tokenizer is to be found. */
export interface LoadedCheckpoint extends Checkpoint, CheckpointPath {}

const openFolder = async (folder: string): Promise<OpenCheckpoint> => {
  const config = await readConfig(folder);
  await naming(join(folder, configFile), () => policyOf(config));
  return { config, stored: await openWeights(folder), folder };
};

const openFile = async (path: string): Promise<OpenCheckpoint> => {
  const folder = dirname(path);
  if (/\.gguf$/i.test(path)) {
    const { config, stored, tokenizer } = await openGguf(path);
    return { config, stored, folder, ...(tokenizer !== undefined && { tokenizer }) };
  }
  const open = /\.safetensors$/i.test(path)
    ? openWeightsFile
    : /\.safetensors\.index\.json$/i.test(path)
      ? openShards
      : undefined;
  if (open === undefined)
    throw new RangeError(
      `${path}: expected a .safetensors or a .gguf file, or a folder; weights in other formats are not read`,
    );
  return { config: await readConfig(folder), stored: await open(path), folder };
};

/**
 * The folder or the file that a name means: a path from `folder`, or else a model of the Hub, downloaded unless it is
 * in the cache. What exists as a path is one, and `./x` is never anything else. `Error` says how the name was
 * understood; an aborted signal's reason is thrown as it is.
 */
export const locateCheckpoint = async (name: string, options: HubOptions = {}, folder = ""): Promise<string> => {
  const path = isAbsolute(name) ? name : join(folder, name);
  if (await isThere(path)) return path;
  const nothing = `no folder or file is at ${resolve(path)}`;
  const hubName = parseHubName(name);
  if (hubName === undefined) {
    const near = nearPath(resolve(path));
    throw new Error(
      near === undefined
        ? `${nothing}, and a model of the Hub is called ${hubForms}`
        : `${nothing}; did you mean ${near}?`,
    );
  }
  return fetchFromHub(hubName, options).catch((error: unknown) => {
    options.signal?.throwIfAborted();
    throw new Error(
      `${nothing}, and as a model of the Hub: ${error instanceof Error ? error.message : String(error)}`,
      { cause: error },
    );
  });
};

/**
 * Opens a folder with `config.json` and weights in safetensors, a `.safetensors` file with `config.json` beside it, a
 * `.gguf` file, or what is on the Hub under `owner/name@revision` or `owner/name/file.gguf@revision`. Errors name the
 * file, or are those of `locateCheckpoint`.
 */
export const openCheckpoint = async (name: string, options: HubOptions = {}): Promise<OpenCheckpoint> => {
  const path = await locateCheckpoint(name, options);
  return (await stat(path)).isDirectory() ? openFolder(path) : openFile(path);
};

/**
 * `openCheckpoint` with the policy made and its weights read. Errors as there, and for weights that do not fit the
 * configuration.
 */
export const loadCheckpoint = async (name: string, options: HubOptions = {}): Promise<LoadedCheckpoint> => {
  const { config, stored, ...others } = await openCheckpoint(name, options);
  return { ...(await policyWith(config, stored)), ...others };
};
