/** The values that GGUF headers are made of, read one after the other from the first bytes of a file. */
import { GGUFValueType } from "@huggingface/gguf";

/** A number, a text or a flag. Whole numbers of 64 bits are `bigint`. */
export type MetadataScalar = string | number | bigint | boolean;

/** A value of metadata. */
export type MetadataValue = MetadataScalar | readonly MetadataScalar[];

/** The bytes at hand end before the value does; with more of the file it may be read. */
export class EndOfBytes extends Error {}

/** Reads on from its position. `EndOfBytes` where the bytes end, `SyntaxError` for what no file can hold. */
export interface Cursor {
  /** Bytes that are read. */
  readonly position: () => number;
  readonly uint32: () => number;
  readonly uint64: () => bigint;
  /** How many of `things` follow, each of at least `least` bytes. `SyntaxError` when the file has no room for them. */
  readonly count: (things: string, least: number) => number;
  readonly text: () => string;
  readonly value: () => MetadataValue;
}

/** A kind of scalar: its least bytes, and how it is read at the cursor's position. */
interface Scalar {
  readonly least: number;
  readonly read: () => MetadataScalar;
}

/** The kinds of scalar by their type. `take` reads on by so many bytes and returns where they start. */
const scalarsOf = (
  view: DataView,
  take: (length: number) => number,
  text: () => string,
): ReadonlyMap<number, Scalar> => {
  const fixed = (least: number, read: (start: number) => MetadataScalar): Scalar => ({
    least,
    read: () => read(take(least)),
  });
  return new Map<number, Scalar>([
    [GGUFValueType.UINT8, fixed(1, (start) => view.getUint8(start))],
    [GGUFValueType.INT8, fixed(1, (start) => view.getInt8(start))],
    [GGUFValueType.UINT16, fixed(2, (start) => view.getUint16(start, true))],
    [GGUFValueType.INT16, fixed(2, (start) => view.getInt16(start, true))],
    [GGUFValueType.UINT32, fixed(4, (start) => view.getUint32(start, true))],
    [GGUFValueType.INT32, fixed(4, (start) => view.getInt32(start, true))],
    [GGUFValueType.FLOAT32, fixed(4, (start) => view.getFloat32(start, true))],
    [GGUFValueType.BOOL, fixed(1, (start) => view.getUint8(start) !== 0)],
    [GGUFValueType.STRING, { least: 8, read: text }],
    [GGUFValueType.UINT64, fixed(8, (start) => view.getBigUint64(start, true))],
    [GGUFValueType.INT64, fixed(8, (start) => view.getBigInt64(start, true))],
    [GGUFValueType.FLOAT64, fixed(8, (start) => view.getFloat64(start, true))],
  ]);
};

/** A cursor at the beginning of `bytes`, the first ones of a file of `size` bytes, little-endian. */
export const cursorOf = (bytes: Uint8Array, size: number): Cursor => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  let at = 0;
  const take = (length: number): number => {
    if (at + length > bytes.length) throw new EndOfBytes(`${at + length} bytes are wanted, ${bytes.length} are here`);
    at += length;
    return at - length;
  };
  const uint32 = (): number => view.getUint32(take(4), true);
  const uint64 = (): bigint => view.getBigUint64(take(8), true);
  const count = (things: string, least: number): number => {
    const number = uint64();
    const most = Math.floor((size - at) / least);
    if (number > BigInt(most))
      throw new SyntaxError(`expected at most ${most} ${things} in the rest of the file, got ${number}; is it cut?`);
    return Number(number);
  };
  const text = (): string => {
    const length = count("bytes of text", 1);
    const start = take(length);
    try {
      return decoder.decode(bytes.subarray(start, start + length));
    } catch (cause) {
      throw new SyntaxError(`expected text in UTF-8 at byte ${start}, got other bytes`, { cause });
    }
  };
  const scalars = scalarsOf(view, take, text);
  const scalar = (type: number): Scalar => {
    const found = scalars.get(type);
    if (found === undefined)
      throw new SyntaxError(
        `expected a type of metadata from 0 to 12, and no list in a list, got ${type} at byte ${at - 4}`,
      );
    return found;
  };
  const value = (): MetadataValue => {
    const type = uint32();
    if (type !== GGUFValueType.ARRAY) return scalar(type).read();
    const { least, read } = scalar(uint32());
    const list: MetadataScalar[] = [];
    for (let left = count("values of a list", least); left > 0; left -= 1) list.push(read());
    return list;
  };
  return { position: () => at, uint32, uint64, count, text, value };
};
