/**
 * The header of a safetensors file: names, types, shapes and locations of its tensors, checked before anything is read
 * or allocated.
 */
import { quoted } from "../../../files/quoted.ts";

/** Where one tensor is in the data part of the file. */
export interface TensorEntry {
  readonly name: string;
  /** As the header names it: `F32`, `F16`, `BF16`, or a type that is not read. */
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Byte offsets from the start of the data. */
  readonly begin: number;
  readonly end: number;
}

/** A checked header. */
export interface SafetensorsHeader {
  readonly entries: readonly TensorEntry[];
  readonly metadata: Readonly<Record<string, string>>;
}

/** Longest header that is read, in bytes; the limit of the reference implementation. */
export const longestHeader = 100_000_000;

const metadataKey = "__metadata__";

/** Bytes of one element of every type of the format; those of four bits are left out. */
const elementBytes: ReadonlyMap<unknown, number> = new Map([
  ...["BOOL", "U8", "I8", "F8_E4M3", "F8_E5M2", "F8_E8M0", "F8_E4M3FNUZ", "F8_E5M2FNUZ"].map(
    (name) => [name, 1] as const,
  ),
  ...["U16", "I16", "F16", "BF16"].map((name) => [name, 2] as const),
  ...["U32", "I32", "F32"].map((name) => [name, 4] as const),
  ...["U64", "I64", "F64", "C64"].map((name) => [name, 8] as const),
]);

/** Where the string that opens at `start` of a valid JSON text closes. */
const endOfString = (text: string, start: number): number => {
  let at = start + 1;
  while (text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
  return at;
};

/** A key that the outermost object of a valid JSON text has twice; `JSON.parse` would merge the two. */
const repeatedKey = (text: string): string | undefined => {
  const seen = new Set<string>();
  let depth = 0;
  let isKey = false;
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at];
    if (sign === "{" || sign === "[") depth += 1;
    else if (sign === "}" || sign === "]") depth -= 1;
    if (sign === "{" || sign === ",") isKey = true;
    else if (sign === ":") isKey = false;
    else if (sign === '"') {
      const end = endOfString(text, at);
      if (depth === 1 && isKey) {
        const key = JSON.parse(text.slice(at, end + 1)) as string;
        if (seen.has(key)) return key;
        seen.add(key);
      }
      at = end;
    }
  }
  return undefined;
};

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isCounts = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && (n as number) >= 0);

const metadataOf = (value: unknown): Record<string, string> => {
  if (value === undefined) return {};
  if (isRecord(value) && Object.values(value).every((text) => typeof text === "string"))
    return value as Record<string, string>;
  throw new SyntaxError(`expected ${metadataKey} to map names to strings, got ${quoted(value)}`);
};

const entryOf = (name: string, value: unknown): TensorEntry => {
  if (!isRecord(value)) throw new SyntaxError(`tensor ${quoted(name)}: expected an object, got ${quoted(value)}`);
  const { dtype, shape, data_offsets: offsets } = value;
  const width = elementBytes.get(dtype);
  if (typeof dtype !== "string" || width === undefined) {
    throw new TypeError(
      `tensor ${quoted(name)}: expected dtype F32, F16 or BF16, got ${quoted(dtype)}; convert the checkpoint first`,
    );
  }
  if (!isCounts(shape))
    throw new SyntaxError(`tensor ${quoted(name)}: expected a shape of whole numbers, got ${quoted(shape)}`);
  if (!isCounts(offsets) || offsets.length !== 2 || offsets[0]! > offsets[1]!) {
    throw new SyntaxError(`tensor ${quoted(name)}: expected data_offsets [begin, end], got ${quoted(offsets)}`);
  }
  const [begin, end] = offsets as [number, number];
  const bytes = shape.reduce((size, n) => size * n, width);
  if (bytes !== end - begin) {
    throw new SyntaxError(
      `tensor ${quoted(name)}: expected ${bytes} bytes for ${dtype} ${quoted(shape)}, got data_offsets ` +
        `[${begin}, ${end}]`,
    );
  }
  return { name, dtype, shape, begin, end };
};

/** The entries in the order of their bytes. `SyntaxError` unless they cover the data without hole or overlap. */
const covering = (entries: readonly TensorEntry[], dataBytes: number): TensorEntry[] => {
  const sorted = entries.toSorted((a, b) => a.begin - b.begin || a.end - b.end);
  let reached = 0;
  for (const { name, begin, end } of sorted) {
    if (begin !== reached) {
      throw new SyntaxError(
        `tensor ${quoted(name)} ` +
          `${begin < reached ? "overlaps the one before it" : "leaves a hole before it"}: it begins at byte ` +
          `${begin}, expected ${reached}`,
      );
    }
    reached = end;
  }
  if (reached > dataBytes) {
    throw new SyntaxError(
      `the file is cut: its header promises ${reached} bytes of tensors, got ${dataBytes}; copy or save it again`,
    );
  }
  if (reached < dataBytes)
    throw new SyntaxError(`expected ${reached} bytes of tensors, got ${dataBytes}: something follows the last tensor`);
  return sorted;
};

/**
 * Checks a header's JSON against the number of bytes that follow it. `SyntaxError` or `TypeError` says what is wrong,
 * and in which tensor.
 */
export const parseHeader = (text: string, dataBytes: number): SafetensorsHeader => {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    throw new SyntaxError(`expected a JSON header, got ${quoted(text.slice(0, 40))}`, { cause: error });
  }
  if (!isRecord(document)) throw new SyntaxError("expected the header to be a JSON object");
  const repeated = repeatedKey(text);
  if (repeated !== undefined) throw new SyntaxError(`tensor ${quoted(repeated)} is listed twice`);
  const entries = Object.entries(document)
    .filter(([name]) => name !== metadataKey)
    .map(([name, value]) => entryOf(name, value));
  return { entries: covering(entries, dataBytes), metadata: metadataOf(document[metadataKey]) };
};

/**
 * The header's JSON for tensors laid one after the other, padded with spaces so that data begins at a multiple of 8
 * bytes.
 */
export const formatHeader = ({ entries, metadata }: SafetensorsHeader): Buffer => {
  const fields: [string, unknown][] = entries.map(({ name, dtype, shape, begin, end }) => [
    name,
    { dtype, shape, data_offsets: [begin, end] },
  ]);
  if (Object.keys(metadata).length > 0) fields.unshift([metadataKey, metadata]);
  const document: Record<string, unknown> = Object.fromEntries(fields);
  const bytes = Buffer.from(JSON.stringify(document), "utf8");
  return Buffer.concat([bytes, Buffer.alloc((8 - (bytes.length % 8)) % 8, " ")]);
};
