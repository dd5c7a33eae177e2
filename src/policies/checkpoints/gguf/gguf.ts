/**
 * GGUF files as HuggingFace would have them: a configuration, weights by their names, and what is said of the
 * tokenizer.
 */
import { naming, withFile, type ByteSource } from "../../../files/byte-source.ts";
import { architectureOf } from "./gguf-config.ts";
import { readGgufHeader, type GgufHeader, type GgufTensor } from "./gguf-header.ts";
import { renamed, shapeUndone, undone, type Change } from "./gguf-names.ts";
import { tokenizerOf, type GgufTokenizer } from "./gguf-tokenizer.ts";
import { readNumbers } from "./gguf-types.ts";
import { quoted } from "../../../files/quoted.ts";
import type { StoredWeights } from "../safetensors/stored-weights.ts";

/** What a GGUF file holds. */
export interface GgufCheckpoint {
  /** The `config.json` that HuggingFace would have. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Under HuggingFace's names, in its shapes and its order of rows. */
  readonly stored: StoredWeights;
  /** Nothing where the file has no tokenizer. */
  readonly tokenizer: GgufTokenizer | undefined;
}

/** One tensor, and what undoes the conversion. */
interface StoredTensor {
  readonly tensor: GgufTensor;
  readonly name: string;
  readonly change: Change;
  readonly shape: readonly number[];
  readonly heads: number;
}

/** Bytes that are compared at once. */
const compared = 2 ** 20;

const sameBytes = async (source: ByteSource, a: GgufTensor, b: GgufTensor): Promise<boolean> => {
  if (a.type !== b.type || a.shape.join() !== b.shape.join()) return false;
  const [left, right] = [Buffer.alloc(compared), Buffer.alloc(compared)];
  for (let done = 0; done < a.end - a.begin; done += compared) {
    const length = Math.min(compared, a.end - a.begin - done);
    await source.read(left.subarray(0, length), a.begin + done);
    await source.read(right.subarray(0, length), b.begin + done);
    if (!left.subarray(0, length).equals(right.subarray(0, length))) return false;
  }
  return true;
};

/** As many as a head of the widest policy has pairs of channels. */
const mostFactors = 32_768;

const readFactors = async (
  source: ByteSource,
  { name, type, begin, count }: GgufTensor,
): Promise<readonly number[]> => {
  if (count > mostFactors)
    throw new RangeError(`tensor ${quoted(name)}: expected at most ${mostFactors} factors, got ${count}`);
  return Array.from(await readNumbers(source, type, begin, count));
};

const readStored = async (source: ByteSource, { tensor, change, heads }: StoredTensor): Promise<Float32Array> =>
  undone(change, await readNumbers(source, tensor.type, tensor.begin, tensor.count), tensor.shape, heads);

const storedOf = (
  path: string,
  tensors: readonly StoredTensor[],
  open: <T>(use: (source: ByteSource) => Promise<T>) => Promise<T>,
): StoredWeights => {
  const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  return {
    path,
    tensors: Object.fromEntries(byName),
    read: (names) =>
      open(async (source) => {
        const weights: [string, Float32Array][] = [];
        for (const name of names) {
          const found = byName.get(name);
          if (found === undefined) throw new RangeError(`expected a tensor ${quoted(name)}, got none of this name`);
          weights.push([name, await readStored(source, found)]);
        }
        return Object.fromEntries(weights);
      }),
  };
};

/**
 * Interprets a checked header. `RangeError` for an architecture, an option or a tensor that is not read. `open` is
 * called again for each reading.
 */
export const interpretGguf = async (
  path: string,
  { metadata, tensors }: GgufHeader,
  open: <T>(use: (source: ByteSource) => Promise<T>) => Promise<T>,
): Promise<GgufCheckpoint> => {
  const { names, heads, factorsName, config } = architectureOf(metadata);
  const [table, output] = ["token_embd.weight", "output.weight"].map((name) =>
    tensors.find((tensor) => tensor.name === name),
  );
  if (table === undefined)
    throw new RangeError('expected a tensor "token_embd.weight", got none; this is no whole model');
  // Some conversions write the embedding table a second time as the output head.
  const isTied = output === undefined || (await open((source) => sameBytes(source, table, output)));
  const factors = tensors.find(({ name }) => name === factorsName);
  const used = tensors.filter((tensor) => tensor !== factors && !(isTied && tensor === output));
  const stored = used.map((tensor): StoredTensor => {
    const { name, change } = renamed(names, tensor.name);
    return {
      tensor,
      name,
      change,
      shape: shapeUndone(change, tensor.shape),
      heads: heads(metadata, /attn_k\./.test(tensor.name)),
    };
  });
  const facts = {
    vocabularySize: table.shape[0]!,
    tied: isTied,
    biased: tensors.some(({ name }) => name === "blk.0.attn_q.bias"),
    ...(factors !== undefined && { frequencyFactors: await open((source) => readFactors(source, factors)) }),
  };
  return { config: config(metadata, facts), stored: storedOf(path, stored, open), tokenizer: tokenizerOf(metadata) };
};

/** Opens a GGUF file: its header is checked, its tensors are read on request. Errors name the file. */
export const openGguf = async (path: string): Promise<GgufCheckpoint> => {
  const header = await withFile(path, readGgufHeader);
  return naming(path, () => interpretGguf(path, header, (use) => withFile(path, use)));
};
