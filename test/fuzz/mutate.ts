/** Files made wrong: of bytes, of numbers that look like lengths, and of JSON that stays JSON. */
import { integer, type Uniforms } from "../../src/random/stream.ts";
import type { FuzzedReader, JsonPart } from "./reader.ts";

type Change = (bytes: Uint8Array, uniforms: Uniforms, seeds: readonly Uint8Array[]) => Uint8Array;

const pick = <T>(uniforms: Uniforms, items: readonly T[]): T => items[integer(uniforms, 0, items.length - 1)]!;

const offset = (uniforms: Uniforms, bytes: Uint8Array): number =>
  // Half of all changes go where headers are.
  Math.max(0, integer(uniforms, 0, uniforms() < 0.5 ? Math.min(bytes.length, 512) - 1 : bytes.length - 1));

/** A range of at most `longest` bytes. */
const range = (uniforms: Uniforms, bytes: Uint8Array, longest = 256): [number, number] => {
  const begin = offset(uniforms, bytes);
  return [begin, Math.min(bytes.length, begin + integer(uniforms, 1, longest))];
};

const replaced = (bytes: Uint8Array, begin: number, end: number, content: Uint8Array): Uint8Array =>
  Buffer.concat([bytes.subarray(0, begin), content, bytes.subarray(end)]);

const noise = (uniforms: Uniforms, length: number): Uint8Array => Uint8Array.from({ length }, () => integer(uniforms, 0, 255));

const extremes = [
  0n,
  1n,
  2n,
  31n,
  0x7fn,
  0xffn,
  0x7fffn,
  0xffffn,
  2n ** 20n,
  2n ** 31n - 1n,
  2n ** 31n,
  2n ** 32n - 1n,
  2n ** 53n,
  2n ** 63n - 1n,
  2n ** 64n - 1n,
];

const words = [
  "{",
  "}",
  "[",
  "]",
  '"',
  ",",
  ":",
  "null",
  "-1",
  "1e999",
  "0.5",
  "\\",
  "\\u0000",
  "\\ud800",
  "__proto__",
  "9007199254740993",
];

const changes: readonly Change[] = [
  (bytes, uniforms) => {
    const at = offset(uniforms, bytes);
    return replaced(bytes, at, at + 1, Uint8Array.of((bytes[at] ?? 0) ^ (1 << integer(uniforms, 0, 7))));
  },
  (bytes, uniforms) => replaced(bytes, ...range(uniforms, bytes), noise(uniforms, integer(uniforms, 0, 16))),
  (bytes, uniforms) => bytes.subarray(0, integer(uniforms, 0, bytes.length)),
  (bytes, uniforms) => replaced(bytes, ...range(uniforms, bytes), new Uint8Array()),
  (bytes, uniforms) => {
    const [begin, end] = range(uniforms, bytes);
    const at = offset(uniforms, bytes);
    return replaced(bytes, at, at, bytes.subarray(begin, end));
  },
  (bytes, uniforms, seeds) => {
    const other = pick(uniforms, seeds);
    return replaced(bytes, offset(uniforms, bytes), bytes.length, other.subarray(offset(uniforms, other)));
  },
  (bytes, uniforms) => {
    const width = pick(uniforms, [1, 2, 4, 8, 8]);
    const number = Buffer.alloc(8);
    number.writeBigUInt64LE(pick(uniforms, [...extremes, BigInt(bytes.length), BigInt(bytes.length + 1)]));
    const at = offset(uniforms, bytes);
    return replaced(bytes, at, at + width, number.subarray(0, width));
  },
  (bytes, uniforms) => {
    const at = offset(uniforms, bytes);
    return replaced(bytes, at, at + integer(uniforms, 0, 4), Buffer.from(pick(uniforms, words)));
  },
];

/** Texts that are replaced by values which `JSON.stringify` does not write. */
const raw: Readonly<Record<string, string>> = {
  "@deep": `${"[".repeat(20_000)}${"]".repeat(20_000)}`,
  "@infinite": "1e999",
  "@surrogate": '"\\ud800"',
};

const values: readonly unknown[] = [
  0,
  -1,
  1,
  1.5,
  1e-300,
  2 ** 31,
  2 ** 53,
  1e308,
  null,
  true,
  false,
  "",
  [],
  {},
  [[]],
  { a: {} },
  "__proto__",
  "constructor",
  "../../etc/passwd",
  "F32",
  "\0",
  "x".repeat(2000),
  Array(2000).fill(1),
  ...Object.keys(raw),
];

interface Node {
  readonly parent: Record<string, unknown>;
  readonly key: string;
}

const mostNodes = 5000;

/** Every value inside a document, with what holds it. */
const nodesOf = (document: unknown): Node[] => {
  const nodes: Node[] = [];
  const open = [document];
  for (let at = 0; at < open.length && nodes.length < mostNodes; at += 1) {
    const parent = open[at];
    if (typeof parent !== "object" || parent === null) continue;
    for (const key of Object.keys(parent)) {
      nodes.push({ parent: parent as Record<string, unknown>, key });
      open.push((parent as Record<string, unknown>)[key]);
    }
  }
  return nodes;
};

/** Changes one value, name or neighbourhood inside a document, in place. */
const editNode = ({ parent, key }: Node, uniforms: Uniforms, nodes: readonly Node[]): void => {
  const other = pick(uniforms, nodes);
  const kind = uniforms();
  if (kind < 0.5) parent[key] = structuredClone(pick(uniforms, values));
  else if (kind < 0.6) parent[key] = other.parent[other.key];
  else if (kind < 0.75) delete parent[key];
  else if (kind < 0.85) parent["@again"] = parent[key];
  else if (typeof parent[key] === "number") parent[key] += pick(uniforms, [-1, 1, 4, 0.5, 1e6]);
  else parent[pick(uniforms, ["__proto__", "constructor", "", other.key])] = parent[key];
};

const editJson = ({ text, withText }: JsonPart, bytes: Uint8Array, uniforms: Uniforms): Uint8Array | undefined => {
  let document: unknown;
  let edited: string | undefined;
  try {
    document = JSON.parse(text(bytes) ?? "");
    const nodes = nodesOf(document);
    if (nodes.length === 0) return undefined;
    const node = pick(uniforms, nodes);
    editNode(node, uniforms, nodes);
    edited = JSON.stringify(document)?.replace('"@again":', `${JSON.stringify(node.key)}:`);
  } catch {
    // No JSON any more, or a circle of values: change bytes instead.
    return undefined;
  }
  for (const [name, content] of Object.entries(raw)) edited = edited?.replaceAll(`"${name}"`, content);
  return edited === undefined ? undefined : withText(bytes, edited);
};

/** A file of the reader's made wrong in one to four ways; the same numbers make the same file. */
export const mutate = ({ seeds, json }: FuzzedReader, uniforms: Uniforms): Uint8Array => {
  let bytes = pick(uniforms, seeds);
  for (let left = uniforms() < 0.5 ? 1 : integer(uniforms, 2, 4); left > 0; left -= 1) {
    const edited = json !== undefined && uniforms() < 0.6 ? editJson(json, bytes, uniforms) : undefined;
    bytes = edited ?? pick(uniforms, changes)(bytes, uniforms, seeds);
  }
  return bytes;
};
