/**
 * Safetensors files: 8 bytes of header length, a JSON header, the data (little-endian). Numbers are float32 on the
 * host.
 */
import { sizeOf } from "../../../engine/program.ts";
import { writeWhole } from "../../../files/atomic-file.ts";
import { decodeText, memorySource, withFile, type ByteSource } from "../../../files/byte-source.ts";
import { floatBytes, narrow, readFloats, type FloatType } from "./float-types.ts";
import { quoted } from "../../../files/quoted.ts";
import {
  formatHeader,
  longestHeader,
  parseHeader,
  type SafetensorsHeader,
  type TensorEntry,
} from "./safetensors-header.ts";

/** One float32 tensor on the host. */
export interface StoredTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** What a safetensors file holds. */
export interface Safetensors {
  readonly tensors: Readonly<Record<string, StoredTensor>>;
  /** Free text by name. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** A checked header, and where the data that it speaks of begins, in bytes from the start of the file. */
export interface PlacedHeader extends SafetensorsHeader {
  readonly dataStart: number;
}

/** Most numbers that are rounded to 16 bits at once while a file is written. */
const chunk = 2 ** 20;

/** Reads and checks the header alone. `SyntaxError` or `TypeError` for a file that is cut or damaged. */
export const readHeader = async (source: ByteSource): Promise<PlacedHeader> => {
  if (source.size < 8) throw new SyntaxError(`the file is cut: expected at least 8 bytes, got ${source.size}`);
  const prefix = Buffer.alloc(8);
  await source.read(prefix, 0);
  const length = prefix.readBigUInt64LE(0);
  if (length > BigInt(longestHeader))
    throw new SyntaxError(
      `expected a header of at most ${longestHeader} bytes, got ${length}; is this a safetensors file?`,
    );
  const dataStart = 8 + Number(length);
  if (dataStart > source.size)
    throw new SyntaxError(`the file is cut: its header takes ${length} bytes, got ${source.size - 8}`);
  const text = new Uint8Array(Number(length));
  await source.read(text, 8);
  return { ...parseHeader(decodeText(text), source.size - dataStart), dataStart };
};

const isFloatType = (dtype: string): dtype is FloatType => Object.hasOwn(floatBytes, dtype);

/**
 * Reads these tensors one after the other, as float32. `TypeError` names one of a type that is not read, before
 * anything is.
 */
export const readEntries = async (
  source: ByteSource,
  dataStart: number,
  entries: readonly TensorEntry[],
): Promise<Record<string, StoredTensor>> => {
  const readable = entries.map((entry) => {
    const { name, dtype } = entry;
    if (isFloatType(dtype)) return { ...entry, dtype };
    throw new TypeError(
      `tensor ${quoted(name)}: expected dtype F32, F16 or BF16, got "${dtype}"; convert the checkpoint first`,
    );
  });
  const tensors: [string, StoredTensor][] = [];
  for (const { name, dtype, shape, begin, end } of readable) {
    const data = await readFloats(source, dtype, dataStart + begin, (end - begin) / floatBytes[dtype]);
    tensors.push([name, { shape, data }]);
  }
  return Object.fromEntries(tensors);
};

const readAll = async (source: ByteSource): Promise<Safetensors> => {
  const { entries, metadata, dataStart } = await readHeader(source);
  return { tensors: await readEntries(source, dataStart, entries), metadata };
};

/**
 * Reads a file's tensors, each with one read into its result. Errors name the path, and the tensor where it is one's.
 */
export const readSafetensors = (path: string): Promise<Safetensors> => withFile(path, readAll);

/**
 * Reads the bytes of a safetensors file. `SyntaxError` or `TypeError` for what is cut, damaged, or of a type that is
 * not read.
 */
export const decodeSafetensors = (content: Uint8Array): Promise<Safetensors> => readAll(memorySource(content));

const headerOf = ({ tensors, metadata }: Safetensors, dtype: FloatType): Buffer => {
  const entries: TensorEntry[] = [];
  let end = 0;
  for (const [name, { shape, data }] of Object.entries(tensors)) {
    if (data.length !== sizeOf(shape)) {
      throw new RangeError(
        `tensor "${name}": expected ${sizeOf(shape)} values for [${shape.join(", ")}], got ${data.length}`,
      );
    }
    const begin = end;
    end += data.length * floatBytes[dtype];
    entries.push({ name, dtype, shape, begin, end });
  }
  return formatHeader({ entries, metadata });
};

/** Memory of a typed array, as bytes. */
const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array | Uint16Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

function* halvesOf(name: string, data: Float32Array, dtype: "F16" | "BF16"): Generator<Uint8Array> {
  for (let begin = 0; begin < data.length; begin += chunk) {
    try {
      yield bytesOf(narrow(dtype, data.subarray(begin, begin + chunk)));
    } catch (error) {
      if (error instanceof RangeError) error.message = `tensor "${name}": ${error.message}`;
      throw error;
    }
  }
}

/** The bytes of a file, part after part; a float32 tensor is a part, and is not copied. */
function* partsOf(content: Safetensors, dtype: FloatType): Generator<Uint8Array> {
  const header = headerOf(content, dtype);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length), 0);
  yield length;
  yield header;
  for (const [name, { data }] of Object.entries(content.tensors)) {
    if (dtype === "F32") yield bytesOf(data);
    else yield* halvesOf(name, data, dtype);
  }
}

/**
 * The bytes of a safetensors file. `RangeError` names a tensor whose data does not fill its shape, or does not fit into
 * the type.
 */
export const encodeSafetensors = (content: Safetensors, dtype: FloatType = "F32"): Uint8Array =>
  Buffer.concat([...partsOf(content, dtype)]);

/**
 * Writes the file whole or not at all, part after part, in numbers of `dtype` (rounded to the nearest, ties to even).
 * Errors as of `encodeSafetensors`.
 */
export const writeSafetensors = async (path: string, content: Safetensors, dtype: FloatType = "F32"): Promise<void> => {
  await writeWhole(path, partsOf(content, dtype));
};
