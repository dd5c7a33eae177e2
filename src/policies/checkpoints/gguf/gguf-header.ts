/**
 * The header of a GGUF file: metadata, and names, types, shapes and locations of its tensors, checked before anything
 * is read.
 *
 * The reader of @huggingface/gguf is not used for it: its time grows with the square of a list's length (a list of a
 * million texts took it minutes), it reads what is after the end of a file as zeros, and keeps the last of two values
 * of one key. Its names of types are used, and tests compare what both read.
 */
import type { ByteSource } from "../../../files/byte-source.ts";
import { blockOf, ggufTypes, typeNumbered, type GgufType } from "./gguf-types.ts";
import { cursorOf, EndOfBytes, type Cursor, type MetadataValue } from "./gguf-values.ts";
import { quoted } from "../../../files/quoted.ts";

/** Where one tensor is in the file. */
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

/** Bytes where a tensor may begin are multiples of this, unless the file says otherwise. */
const defaultAlignment = 32;

/** Bytes that are read at first; four times as many each time that the header is longer. */
const firstBytes = 2 ** 20;

/** Longest header that is read, in bytes. */
const longestHeader = 2 ** 28;

/**
 * A tensor as the file describes it: its sizes from the fastest to the slowest, and its offset from the beginning of
 * the data.
 */
interface Described {
  readonly name: string;
  readonly sizes: readonly bigint[];
  readonly type: number;
  readonly offset: bigint;
}

/** What a header says, before it is checked. */
interface Description {
  readonly metadata: ReadonlyMap<string, MetadataValue>;
  readonly tensors: readonly Described[];
  /** Bytes. */
  readonly length: number;
}

const describedTensor = ({ text, uint32, uint64 }: Cursor): Described => {
  const name = text();
  const dimensions = uint32();
  if (dimensions < 1 || dimensions > 4)
    throw new SyntaxError(`tensor ${quoted(name)}: expected one to four sizes, got ${dimensions}`);
  return { name, sizes: Array.from({ length: dimensions }, uint64), type: uint32(), offset: uint64() };
};

/** Reads a header from the first bytes of a file of `size`. `EndOfBytes` when it is longer than they are. */
const describe = (bytes: Uint8Array, size: number): Description => {
  const cursor = cursorOf(bytes, size);
  const magic = cursor.uint32();
  if (magic !== 0x4655_4747) throw new SyntaxError("expected a file that begins with GGUF, got another");
  const version = cursor.uint32();
  if (version !== 2 && version !== 3) {
    const wrong = version >>> 16 === 0 ? `version ${version}` : "one that is big-endian or damaged";
    throw new SyntaxError(`expected version 2 or 3 of GGUF, little-endian, got ${wrong}; convert the checkpoint again`);
  }
  const tensorCount = cursor.count("tensors", 32);
  const metadata = new Map<string, MetadataValue>();
  for (let left = cursor.count("keys of metadata", 13); left > 0; left -= 1) {
    const key = cursor.text();
    if (metadata.has(key)) throw new SyntaxError(`metadata ${quoted(key)} is there twice`);
    metadata.set(key, cursor.value());
  }
  const tensors = Array.from({ length: tensorCount }, () => describedTensor(cursor));
  return { metadata, tensors, length: cursor.position() };
};

/** Reads the header with as many first bytes as it takes. */
const described = async (source: ByteSource): Promise<Description> => {
  for (let wanted = firstBytes; ; wanted *= 4) {
    const bytes = new Uint8Array(Math.min(wanted, source.size, longestHeader));
    await source.read(bytes, 0);
    try {
      return describe(bytes, source.size);
    } catch (error) {
      if (!(error instanceof EndOfBytes)) throw error;
    }
    if (bytes.length === source.size)
      throw new SyntaxError(`the file is cut: its header continues after ${source.size} bytes; copy or save it again`);
    if (bytes.length === longestHeader)
      throw new RangeError(`expected a header of at most ${longestHeader} bytes, got a longer one`);
  }
};

const tensorOf = (
  { name, sizes: reversed, type: number, offset }: Described,
  dataStart: number,
  alignment: number,
): GgufTensor => {
  const label = `tensor ${quoted(name)}`;
  const type = typeNumbered(number);
  if (typeof type !== "string") {
    throw new TypeError(
      `${label}: expected a type among ${ggufTypes.join(", ")}, got ${type.unread}; convert the checkpoint first`,
    );
  }
  const sizes = reversed.map(Number).toReversed();
  const count = sizes.reduce((product, n) => product * n, 1);
  if (count < 1 || !Number.isSafeInteger(count)) {
    throw new SyntaxError(`${label}: expected sizes from 1 to what a file can hold, got ${quoted(sizes)}`);
  }
  const block = blockOf(type);
  if (sizes.at(-1)! % block.size !== 0) {
    throw new SyntaxError(
      `${label}: expected rows of a multiple of ${block.size} numbers for ${type}, got ${quoted(sizes)}`,
    );
  }
  if (offset % BigInt(alignment) !== 0n || offset > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw new SyntaxError(`${label}: expected an offset that is a multiple of ${alignment}, got ${offset}`);
  }
  const begin = dataStart + Number(offset);
  return { name, type, shape: sizes, count, begin, end: begin + (count / block.size) * block.bytes };
};

/** `SyntaxError` unless the tensors follow each other, each at the next aligned byte, inside the file. */
const checkLocations = (tensors: readonly GgufTensor[], dataStart: number, alignment: number, size: number): void => {
  let next = dataStart;
  const names = new Set<string>();
  for (const { name, begin, end } of tensors.toSorted((a, b) => a.begin - b.begin)) {
    if (names.has(name)) throw new SyntaxError(`tensor ${quoted(name)} is listed twice`);
    names.add(name);
    if (begin !== next) {
      throw new SyntaxError(
        `tensor ${quoted(name)} ${begin < next ? "overlaps the one before it" : "leaves a hole before it"}: ` +
          `it begins at byte ${begin}, expected ${next}`,
      );
    }
    if (end > size)
      throw new SyntaxError(
        `the file is cut: tensor ${quoted(name)} ends at byte ${end}, got ${size}; copy or save it again`,
      );
    next = Math.ceil(end / alignment) * alignment;
  }
};

const alignmentOf = (metadata: ReadonlyMap<string, MetadataValue>): number => {
  const alignment = metadata.get("general.alignment") ?? defaultAlignment;
  const powers = Array.from({ length: 14 }, (_, i) => 2 ** (i + 3));
  const power = powers.find((n) => n === alignment);
  if (power === undefined)
    throw new SyntaxError(`general.alignment: expected a power of two from 8 to 65536, got ${quoted(alignment)}`);
  return power;
};

/**
 * Reads and checks the header alone. `SyntaxError` for what is cut or damaged, `TypeError` names a tensor of a type
 * that is not read.
 */
export const readGgufHeader = async (source: ByteSource): Promise<GgufHeader> => {
  const { metadata, tensors: all, length } = await described(source);
  const alignment = alignmentOf(metadata);
  const dataStart = Math.ceil(length / alignment) * alignment;
  const tensors = all.map((tensor) => tensorOf(tensor, dataStart, alignment));
  checkLocations(tensors, dataStart, alignment, source.size);
  return { metadata, tensors };
};
