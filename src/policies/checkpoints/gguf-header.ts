/** The header of a GGUF file: metadata, and names, types, shapes and places of its tensors, checked before anything is read. */
import { gguf, type GGUFParseOutput, type GGUFTensorInfo, type MetadataValue } from "@huggingface/gguf";
import type { ByteSource } from "./byte-source.ts";
import { blockOf, ggufTypes, typeNumbered, type GgufType } from "./gguf-types.ts";
import { quoted } from "./quoted.ts";

/** Where one tensor lies. */
export interface GgufTensor {
  /** As llama.cpp names it. */
  readonly name: string;
  readonly type: GgufType;
  /** Row-major: the reverse of what the file says. */
  readonly shape: readonly number[];
  /** Numbers in all. */
  readonly count: number;
  /** Bytes from the start of the file. */
  readonly begin: number;
  readonly end: number;
}

/** A checked header. */
export interface GgufHeader {
  readonly metadata: ReadonlyMap<string, MetadataValue>;
  readonly tensors: readonly GgufTensor[];
}

/** Keys that the library adds to the file's own. */
const libraryKeys = ["version", "tensor_count", "kv_count"];

/** Bytes where a tensor may begin are multiples of this, unless the file says otherwise. */
const defaultAlignment = 32;

const cut = (size: number): SyntaxError =>
  new SyntaxError(`the file is cut: its header goes on after ${size} bytes; copy or save it again`);

/**
 * Answers the library's requests for ranges from the file. What it asks for after the end, as it reads ahead, is all ones: a length or a count that is read
 * there is larger than the library takes, so that a file that is cut, or promises what it does not hold, is refused soon after its end.
 */
const answering =
  (source: ByteSource): typeof fetch =>
  async (_address, init) => {
    const [begin = 0, last = 0] = (new Headers(init?.headers).get("range") ?? "").match(/\d+/g)!.map(Number);
    const bytes = new Uint8Array(last + 1 - begin).fill(0xff);
    if (begin >= source.size + bytes.length) throw cut(source.size);
    const held = Math.max(0, Math.min(bytes.length, source.size - begin));
    if (held > 0) await source.read(bytes.subarray(0, held), begin);
    return new Response(bytes);
  };

/** The library's reading of the header; its errors as `SyntaxError`, those of the disk as they are. */
const parsed = async (source: ByteSource): Promise<GGUFParseOutput> => {
  try {
    return await gguf("http://localhost/", { fetch: answering(source) });
  } catch (error) {
    if (error instanceof SyntaxError || (error instanceof Error && "code" in error)) throw error;
    throw new SyntaxError(`expected a GGUF header, got a damaged or an unknown one: ${quoted(String(error)).slice(1, -1)}`, {
      cause: error,
    });
  }
};

const tensorOf = ({ name, shape, dtype, offset }: GGUFTensorInfo, dataStart: number, alignment: number): GgufTensor => {
  const label = `tensor ${quoted(name)}`;
  const type = typeNumbered(dtype);
  if (typeof type !== "string") {
    throw new TypeError(`${label}: expected a type among ${ggufTypes.join(", ")}, got ${type.unread}; convert the checkpoint first`);
  }
  const sizes = shape.map(Number).toReversed();
  const count = sizes.reduce((product, n) => product * n, 1);
  if (sizes.length < 1 || sizes.length > 4 || count < 1 || !Number.isSafeInteger(count)) {
    throw new SyntaxError(`${label}: expected one to four sizes of at least 1, got ${quoted(sizes)}`);
  }
  const block = blockOf(type);
  if (sizes.at(-1)! % block.size !== 0) {
    throw new SyntaxError(`${label}: expected rows of a multiple of ${block.size} numbers for ${type}, got ${quoted(sizes)}`);
  }
  if (offset % BigInt(alignment) !== 0n || offset > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw new SyntaxError(`${label}: expected an offset that is a multiple of ${alignment}, got ${offset}`);
  }
  const begin = dataStart + Number(offset);
  return { name, type, shape: sizes, count, begin, end: begin + (count / block.size) * block.bytes };
};

/** `SyntaxError` unless the tensors follow each other, each at the next aligned byte, inside the file. */
const checkPlaces = (tensors: readonly GgufTensor[], dataStart: number, alignment: number, size: number): void => {
  let next = dataStart;
  const names = new Set<string>();
  for (const { name, begin, end } of tensors.toSorted((a, b) => a.begin - b.begin)) {
    if (names.has(name)) throw new SyntaxError(`tensor ${quoted(name)} is listed twice`);
    names.add(name);
    if (begin !== next) {
      throw new SyntaxError(
        `tensor ${quoted(name)} ${begin < next ? "overlaps the one before it" : "leaves a hole before it"}: it begins at byte ${begin}, expected ${next}`,
      );
    }
    if (end > size)
      throw new SyntaxError(`the file is cut: tensor ${quoted(name)} ends at byte ${end}, got ${size}; copy or save it again`);
    next = Math.ceil(end / alignment) * alignment;
  }
};

/** The file's own metadata. The library keeps it in one object, in which a key that comes twice is lost. */
const metadataOf = ({ metadata }: GGUFParseOutput): Map<string, MetadataValue> => {
  const own = new Map(Object.entries(metadata as unknown as Record<string, MetadataValue>));
  const { kv_count: count } = metadata;
  if (own.size - libraryKeys.length !== Number(count)) {
    throw new SyntaxError(`expected ${count} keys of metadata, each once, got ${own.size - libraryKeys.length}`);
  }
  for (const key of libraryKeys) own.delete(key);
  return own;
};

const alignmentOf = (metadata: ReadonlyMap<string, MetadataValue>): number => {
  const alignment = metadata.get("general.alignment") ?? defaultAlignment;
  const powers = Array.from({ length: 14 }, (_, i) => 2 ** (i + 3));
  const power = powers.find((n) => n === alignment);
  if (power === undefined) throw new SyntaxError(`general.alignment: expected a power of two from 8 to 65536, got ${quoted(alignment)}`);
  return power;
};

/** Reads and checks the header alone. `SyntaxError` for what is cut or damaged, `TypeError` names a tensor of a type that is not read. */
export const readGgufHeader = async (source: ByteSource): Promise<GgufHeader> => {
  const header = await parsed(source);
  const { littleEndian, tensorInfos } = header;
  if (!littleEndian || header.metadata.version === 1) {
    throw new SyntaxError("expected version 2 or 3 of GGUF, little-endian, got an older or a big-endian one; convert the checkpoint again");
  }
  const [, headerEnd] = header.tensorInfoByteRange;
  if (headerEnd > source.size) throw cut(source.size);
  const metadata = metadataOf(header);
  const alignment = alignmentOf(metadata);
  const dataStart = Math.ceil(headerEnd / alignment) * alignment;
  const tensors = tensorInfos.map((info) => tensorOf(info, dataStart, alignment));
  checkPlaces(tensors, dataStart, alignment, source.size);
  return { metadata, tensors };
};
