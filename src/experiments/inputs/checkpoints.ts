/** Checkpoints that an experiment file names: what a plan must know of them, before any of their weights are read. */
import { createHash, type Hash } from "node:crypto";
import { readdir, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { naming, readText } from "../../files/byte-source.ts";
import { fileBytes } from "../../files/regular-file.ts";
import { labelsOf } from "../../policies/checkpoints/classifier.ts";
import { policyOf } from "../../policies/checkpoints/huggingface.ts";
import type { HubOptions } from "../../policies/checkpoints/hub/hub.ts";
import { locateCheckpoint, openCheckpoint } from "../../policies/checkpoints/load.ts";
import { indexFile, parseIndex, weightsFile } from "../../policies/checkpoints/safetensors/safetensors-files.ts";
import type { Policy } from "../../policies/policy.ts";
import type { Tokenizer } from "../../tokenizers/tokenizer.ts";
import type { Made } from "../file/refusals.ts";
import { tokenizerOf } from "./model.ts";
import { tokenizerFiles } from "./tokenizer-files.ts";

/** A checkpoint that was read. */
export interface KnownCheckpoint {
  /** The folder or the file that `loadCheckpoint` reads. */
  readonly path: string;
  /** Of its configuration. */
  readonly policy: Policy;
  /** How many labels its sequence-classification head has; nothing for a language model. */
  readonly labels: number | undefined;
  /** Nothing where it has none. */
  readonly tokenizer: Tokenizer | undefined;
  /** sha256 of the names and contents of its files, in hexadecimal. */
  readonly hash: string;
}

/** Checkpoints by the names that the file has for them; what could not be read, with the reason. */
export type Checkpoints = ReadonlyMap<string, Made<KnownCheckpoint>>;

/** Longest list of shards, in bytes. */
const longestIndex = 100_000_000;

const addFile = async (hash: Hash, path: string): Promise<void> => {
  const { size } = await stat(path);
  hash.update(`${basename(path)}\n${size}\n`);
  for await (const piece of fileBytes(path)) hash.update(piece);
};

const hashOf = async (paths: readonly string[]): Promise<string> => {
  const hash = createHash("sha256");
  for (const path of paths) await addFile(hash, path);
  return hash.digest("hex");
};

/** Files of weights in a folder: one, or a list with its shards. */
const weightFiles = async (folder: string, names: readonly string[]): Promise<readonly string[]> => {
  if (names.includes(weightsFile) || !names.includes(indexFile)) return [weightsFile];
  const index = parseIndex(await readText(join(folder, indexFile), longestIndex));
  return [indexFile, ...new Set(index.values())];
};

/**
 * All that decides what the checkpoint at `path` is: a GGUF file alone, or weights with the configuration and the
 * tokenizer that are beside them.
 */
const filesOf = async (path: string): Promise<readonly string[]> => {
  if (/\.gguf$/i.test(path)) return [path];
  const isFolder = (await stat(path)).isDirectory();
  const folder = isFolder ? path : dirname(path);
  const names = await readdir(folder);
  const weights = isFolder ? await weightFiles(folder, names) : [basename(path)];
  return [...tokenizerFiles.filter((name) => names.includes(name)), ...weights].map((name) => join(folder, name));
};

const describe = async (name: string, folder: string, hub: HubOptions): Promise<KnownCheckpoint> => {
  const path = resolve(await locateCheckpoint(name, hub, folder));
  const opened = await openCheckpoint(path);
  const { policy, labels } = await naming(path, () => ({
    policy: policyOf(opened.config),
    labels: labelsOf(opened.config),
  }));
  return { path, policy, labels, tokenizer: await tokenizerOf(opened), hash: await hashOf(await filesOf(path)) };
};

/**
 * Reads checkpoints by name: a folder, a `.gguf` or `.safetensors` file, relative to `folder`, or a name of the Hub
 * (of a model or of one GGUF file), which is downloaded unless it is in the cache. What cannot be read is a reason in
 * its entry; an aborted signal's reason is thrown.
 */
export const readCheckpoints = async (
  names: readonly string[],
  folder: string,
  hub: HubOptions = {},
): Promise<Checkpoints> => {
  const found = new Map<string, Made<KnownCheckpoint>>();
  for (const name of new Set(names)) {
    try {
      found.set(name, { part: await describe(name, folder, hub) });
    } catch (error) {
      hub.signal?.throwIfAborted();
      found.set(name, { message: error instanceof Error ? error.message : String(error) });
    }
  }
  return found;
};
