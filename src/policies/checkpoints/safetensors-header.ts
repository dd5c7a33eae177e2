/** The header of a safetensors file: names, types, shapes and places of its tensors, checked before anything is read or allocated. */

/** Where one float32 tensor lies in the data part of the file. */
export interface TensorEntry {
  readonly name: string;
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

/** Keys of the outermost object of a valid JSON text, repeated ones too, which `JSON.parse` would merge. */
const outermostKeys = (text: string): string[] => {
  const keys: string[] = [];
  let depth = 0;
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"(?:\s*:)?|[{}[\]]/g)) {
    if (token === "{" || token === "[") depth += 1;
    else if (token === "}" || token === "]") depth -= 1;
    else if (depth === 1 && token.endsWith(":")) keys.push(JSON.parse(token.slice(0, -1).trimEnd()) as string);
  }
  return keys;
};

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);

const isCounts = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && (n as number) >= 0);

const metadataOf = (value: unknown): Record<string, string> => {
  if (value === undefined) return {};
  if (isRecord(value) && Object.values(value).every((text) => typeof text === "string")) return value as Record<string, string>;
  throw new SyntaxError(`expected ${metadataKey} to map names to strings, got ${JSON.stringify(value).slice(0, 80)}`);
};

const entryOf = (name: string, value: unknown): TensorEntry => {
  if (!isRecord(value)) throw new SyntaxError(`tensor "${name}": expected an object, got ${JSON.stringify(value)}`);
  const { dtype, shape, data_offsets: offsets } = value;
  if (dtype !== "F32") {
    throw new TypeError(`tensor "${name}": expected dtype F32, got ${JSON.stringify(dtype)}; convert the checkpoint to float32 first`);
  }
  if (!isCounts(shape)) throw new SyntaxError(`tensor "${name}": expected a shape of whole numbers, got ${JSON.stringify(shape)}`);
  if (!isCounts(offsets) || offsets.length !== 2 || offsets[0]! > offsets[1]!) {
    throw new SyntaxError(`tensor "${name}": expected data_offsets [begin, end], got ${JSON.stringify(offsets)}`);
  }
  const [begin, end] = offsets as [number, number];
  const bytes = shape.reduce((size, n) => size * n, 4);
  if (bytes !== end - begin) {
    throw new SyntaxError(
      `tensor "${name}": expected ${bytes} bytes for float32 [${shape.join(", ")}], got data_offsets [${begin}, ${end}]`,
    );
  }
  return { name, shape, begin, end };
};

/** The entries in the order of their bytes. `SyntaxError` unless they cover the data without hole or overlap. */
const covering = (entries: readonly TensorEntry[], dataBytes: number): TensorEntry[] => {
  const sorted = entries.toSorted((a, b) => a.begin - b.begin || a.end - b.end);
  let reached = 0;
  for (const { name, begin, end } of sorted) {
    if (begin !== reached) {
      throw new SyntaxError(
        `tensor "${name}" ${begin < reached ? "overlaps the one before it" : "leaves a hole before it"}: it begins at byte ${begin}, expected ${reached}`,
      );
    }
    reached = end;
  }
  if (reached > dataBytes) {
    throw new SyntaxError(`the file is cut: its header promises ${reached} bytes of tensors, got ${dataBytes}; copy or save it again`);
  }
  if (reached < dataBytes)
    throw new SyntaxError(`expected ${reached} bytes of tensors, got ${dataBytes}: something follows the last tensor`);
  return sorted;
};

/** Checks a header's JSON against the number of bytes that follow it. `SyntaxError` or `TypeError` says what is wrong, and in which tensor. */
export const parseHeader = (text: string, dataBytes: number): SafetensorsHeader => {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    throw new SyntaxError(`expected a JSON header, got ${JSON.stringify(text.slice(0, 40))}`, { cause: error });
  }
  if (!isRecord(document)) throw new SyntaxError("expected the header to be a JSON object");
  const keys = outermostKeys(text);
  const repeated = keys.find((key, i) => keys.indexOf(key) !== i);
  if (repeated !== undefined) throw new SyntaxError(`tensor "${repeated}" is listed twice`);
  const entries = Object.entries(document)
    .filter(([name]) => name !== metadataKey)
    .map(([name, value]) => entryOf(name, value));
  return { entries: covering(entries, dataBytes), metadata: metadataOf(document[metadataKey]) };
};

/** The header's JSON for tensors laid one after the other, padded with spaces so that data begins at a multiple of 8 bytes. */
export const formatHeader = ({ entries, metadata }: SafetensorsHeader): Buffer => {
  const places: [string, unknown][] = entries.map(({ name, shape, begin, end }) => [
    name,
    { dtype: "F32", shape, data_offsets: [begin, end] },
  ]);
  if (Object.keys(metadata).length > 0) places.unshift([metadataKey, metadata]);
  const document: Record<string, unknown> = Object.fromEntries(places);
  const bytes = Buffer.from(JSON.stringify(document), "utf8");
  return Buffer.concat([bytes, Buffer.alloc((8 - (bytes.length % 8)) % 8, " ")]);
};
