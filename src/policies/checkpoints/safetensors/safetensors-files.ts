/** Weights in one safetensors file, or in shards that a `model.safetensors.index.json` lists. */
import { dirname, join } from "node:path";
import { isThere, naming, readText, withFile } from "../../../files/byte-source.ts";
import { quoted } from "../../../files/quoted.ts";
import { readEntries, readHeader } from "./safetensors.ts";
import type { TensorEntry } from "./safetensors-header.ts";
import type { StoredWeights } from "./stored-weights.ts";

/** Name of the file of weights, where it is one. */
export const weightsFile = "model.safetensors";

/** Name of the list of shards. */
export const indexFile = "model.safetensors.index.json";

/** Longest index that is read, in bytes. */
const longestIndex = 100_000_000;

/** Most shards of one checkpoint. */
const mostShards = 10_000;

/** A file of the index's own folder. Names are compared as text: no separators, nothing hidden, no way up. */
const shardName = /^[A-Za-z0-9_][A-Za-z0-9_.-]*\.safetensors$/;

/** One file with its checked header. */
interface Shard {
  readonly path: string;
  readonly dataStart: number;
  readonly entries: ReadonlyMap<string, TensorEntry>;
}

const openShard = (path: string): Promise<Shard> =>
  withFile(path, async (source) => {
    const { entries, dataStart } = await readHeader(source);
    return { path, dataStart, entries: new Map(entries.map((entry) => [entry.name, entry])) };
  });

const stored = (path: string, shards: readonly Shard[]): StoredWeights => ({
  path,
  tensors: Object.fromEntries(shards.flatMap(({ entries }) => [...entries])),
  read: async (names) => {
    const weights: [string, Float32Array][] = [];
    for (const { path: file, dataStart, entries } of shards) {
      const wanted = names.flatMap((name) => entries.get(name) ?? []);
      const tensors = await withFile(file, (source) => readEntries(source, dataStart, wanted));
      for (const [name, { data }] of Object.entries(tensors)) weights.push([name, data]);
    }
    return Object.fromEntries(weights);
  },
});

/** Tensor -> shard. `SyntaxError` or `RangeError` for what is no list of plain file names. */
export const parseIndex = (text: string): ReadonlyMap<string, string> => {
  const document: unknown = JSON.parse(text);
  const map =
    typeof document === "object" && document !== null && "weight_map" in document ? document.weight_map : undefined;
  if (typeof map !== "object" || map === null || Array.isArray(map)) {
    throw new SyntaxError(`expected an object with weight_map, from tensors to files, got ${quoted(document)}`);
  }
  const files = Object.entries(map as Record<string, unknown>).map(([tensor, file]): [string, string] => {
    if (typeof file !== "string" || !shardName.test(file)) {
      throw new RangeError(
        `weight_map: tensor ${quoted(tensor)}: expected a .safetensors file of the same folder, got ${quoted(file)}`,
      );
    }
    return [tensor, file];
  });
  const shards = new Set(files.map(([, file]) => file)).size;
  if (shards === 0 || shards > mostShards)
    throw new RangeError(`weight_map: expected 1 to ${mostShards} files, got ${shards}`);
  return new Map(files);
};

/** `SyntaxError` unless every tensor is in the shard that the index names for it, and nowhere else. */
const checkLocations = (index: ReadonlyMap<string, string>, shards: ReadonlyMap<string, Shard>): void => {
  for (const [tensor, file] of index) {
    if (!shards.get(file)!.entries.has(tensor))
      throw new SyntaxError(`tensor ${quoted(tensor)} is not in ${file}, where the index has it`);
  }
  for (const [file, { entries }] of shards) {
    for (const tensor of entries.keys()) {
      const listed = index.get(tensor);
      if (listed !== file)
        throw new SyntaxError(
          `tensor ${quoted(tensor)} is in ${file}, but the index has it ` +
            `${listed === undefined ? "nowhere" : `in ${listed}`}`,
        );
    }
  }
};

/** One safetensors file. Errors name it. */
export const openWeightsFile = async (path: string): Promise<StoredWeights> => stored(path, [await openShard(path)]);

/** The shards of an index. Errors name the index or the shard. */
export const openShards = async (path: string): Promise<StoredWeights> => {
  const text = await readText(path, longestIndex);
  const index = await naming(path, () => parseIndex(text));
  const shards = new Map<string, Shard>();
  for (const file of new Set(index.values())) shards.set(file, await openShard(join(dirname(path), file)));
  await naming(path, () => {
    checkLocations(index, shards);
  });
  return stored(path, [...shards.values()]);
};

/** The weights of a folder: `model.safetensors`, or else the shards of its index. `Error` when there is neither. */
export const openWeights = async (folder: string): Promise<StoredWeights> => {
  const [single, index] = [join(folder, weightsFile), join(folder, indexFile)];
  if (await isThere(single)) return openWeightsFile(single);
  if (await isThere(index)) return openShards(index);
  throw new Error(
    `${folder}: expected ${weightsFile} or ${indexFile}, got neither; weights in other formats are not read`,
  );
};
