/** Safetensors files of float32 tensors: 8 bytes of header length, a JSON header, the data (little-endian). */
import { readFile, stat } from "node:fs/promises";
import { sizeOf } from "../../engine/program.ts";
import { writeWhole } from "./atomic-file.ts";
import { formatHeader, longestHeader, parseHeader, type TensorEntry } from "./safetensors-header.ts";

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

/** Largest file that is read, in bytes: what Node reads in one go. */
const largestFile = 2 ** 31 - 1;

/** The bytes of a safetensors file. `RangeError` names a tensor whose data does not fill its shape. */
export const encodeSafetensors = ({ tensors, metadata }: Safetensors): Uint8Array => {
  const entries: TensorEntry[] = [];
  let end = 0;
  for (const [name, { shape, data }] of Object.entries(tensors)) {
    if (data.length !== sizeOf(shape)) {
      throw new RangeError(`tensor "${name}": expected ${sizeOf(shape)} values for [${shape.join(", ")}], got ${data.length}`);
    }
    entries.push({ name, shape, begin: end, end: end + data.byteLength });
    end += data.byteLength;
  }
  const header = formatHeader({ entries, metadata });
  const bytes = Buffer.alloc(8 + header.length + end);
  bytes.writeBigUInt64LE(BigInt(header.length), 0);
  header.copy(bytes, 8);
  for (const { name, begin } of entries) {
    const { data } = tensors[name]!;
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), 8 + header.length + begin);
  }
  return bytes;
};

/** Reads the bytes of a safetensors file. `SyntaxError` or `TypeError` for a file that is cut, damaged, or not all float32. */
export const decodeSafetensors = (content: Uint8Array): Safetensors => {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  if (bytes.length < 8) throw new SyntaxError(`the file is cut: expected at least 8 bytes, got ${bytes.length}`);
  const length = bytes.readBigUInt64LE(0);
  if (length > BigInt(longestHeader))
    throw new SyntaxError(`expected a header of at most ${longestHeader} bytes, got ${length}; is this a safetensors file?`);
  const start = 8 + Number(length);
  if (start > bytes.length) throw new SyntaxError(`the file is cut: its header takes ${length} bytes, got ${bytes.length - 8}`);
  const { entries, metadata } = parseHeader(bytes.toString("utf8", 8, start), bytes.length - start);
  const tensors = Object.fromEntries(
    entries.map(({ name, shape, begin, end }) => {
      const data = new Float32Array((end - begin) / 4);
      new Uint8Array(data.buffer).set(bytes.subarray(start + begin, start + end));
      return [name, { shape, data }];
    }),
  );
  return { tensors, metadata };
};

/** Writes the file whole or not at all. */
export const writeSafetensors = async (path: string, content: Safetensors): Promise<void> => {
  await writeWhole(path, encodeSafetensors(content));
};

/** Reads a file; errors name its path. */
export const readSafetensors = async (path: string): Promise<Safetensors> => {
  const { size } = await stat(path);
  if (size > largestFile) throw new RangeError(`${path}: expected at most ${largestFile} bytes, got ${size}`);
  const content = await readFile(path);
  try {
    return decodeSafetensors(content);
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) error.message = `${path}: ${error.message}`;
    throw error;
  }
};
