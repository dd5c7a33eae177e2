/**
 * Reads an experiment file (JSON with comments, or YAML) into plain values, and remembers where each of them was
 * written.
 */
import { closest } from "fastest-levenshtein";
import { readdirSync, statSync } from "node:fs";
import { basename, dirname, extname, join } from "node:path";
import stripJsonComments from "strip-json-comments";
import {
  Composer,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  Parser,
  type Document,
  type ParsedNode,
} from "yaml";
import type { CST } from "yaml";
import { formatPointer, type Json } from "../../files/json.ts";
import { readBoundedText } from "../../files/regular-file.ts";
import type { TypeSwitch } from "./merge-layers.ts";
import { excerptOf, jsonMistake } from "./json-syntax.ts";
import { ExperimentError, type Location } from "./problem.ts";

const limits = { bytes: 1_000_000, depth: 64, values: 100_000, problems: 20 } as const;

/** A file's values with their offsets. */
export interface Source {
  /** As it was given. */
  readonly path: string;
  readonly value: Json;
  /** Characters of its text. */
  readonly length: number;
  /** The files that it is made of, itself last, when it extends others. */
  readonly layers?: readonly Source[];
  /** Plug-ins of the files that it extends that others took the place of. */
  readonly switches?: readonly TypeSwitch[];
  /**
   * Where the value at a pointer was written, or its key where it has one. Undefined for a pointer that the file does
   * not hold.
   */
  find(pointer: string, part: "key" | "value"): Location | undefined;
}

interface Found {
  readonly offset: number;
  readonly message: string;
  readonly pointer?: string;
  /** True where the text itself is wrong, and not what it says. */
  readonly syntax?: true;
}

class Refusal extends Error {
  readonly found: Found;
  constructor(found: Found) {
    super(found.message);
    this.found = found;
  }
}

const tooDeep = (offset: number): Refusal =>
  new Refusal({ offset, message: `expected at most ${limits.depth} levels of nesting` });

/**
 * The composer calls itself for each level, so depth is bounded before it runs: brackets by the lexer, indentation by
 * the tokens' tree.
 */
const boundBrackets = (text: string): void => {
  let depth = 0;
  let offset = 0;
  for (const lexeme of new Lexer().lex(text)) {
    if (lexeme === "[" || lexeme === "{") depth += 1;
    if (lexeme === "]" || lexeme === "}") depth -= 1;
    if (depth > limits.depth) throw tooDeep(offset);
    // The lexer marks documents, plain scalars and flow errors with one control character each; they are not in the
    // text.
    if (lexeme !== "\u0002" && lexeme !== "\u001f" && lexeme !== "\u0018") offset += lexeme.length;
  }
};

const boundTree = (root: CST.Token): void => {
  const waiting: [CST.Token, number][] = [[root, 0]];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [token, depth] = next;
    if (depth > limits.depth) throw tooDeep("offset" in token ? token.offset : 0);
    if ("value" in token && typeof token.value === "object") waiting.push([token.value, depth]);
    if (!("items" in token)) continue;
    for (const item of token.items) {
      if (item.key) waiting.push([item.key, depth + 1]);
      if (item.value) waiting.push([item.value, depth + 1]);
    }
  }
};

const compose = (text: string, json: boolean, lines: LineCounter): Document.Parsed<ParsedNode> => {
  if (text.trim() === "") throw new Refusal({ offset: 0, message: "expected an experiment, got an empty file" });
  boundBrackets(text);
  const wrong = json ? jsonMistake(text) : undefined;
  if (wrong !== undefined) {
    for (const { index } of text.matchAll(/^/gmu)) lines.addNewLine(index);
    throw new Refusal({ ...wrong, syntax: true });
  }
  const tokens = [...new Parser(lines.addNewLine).parse(text)];
  for (const token of tokens) boundTree(token);
  const composer = new Composer({ schema: json ? "json" : "core", uniqueKeys: false, keepSourceTokens: false });
  const [document, second] = [...composer.compose(tokens, true, text.length)];
  if (document === undefined) throw new Refusal({ offset: 0, message: "expected a document, got none" });
  if (second !== undefined)
    throw new Refusal({ offset: second.range[0], message: "expected one document in a file, got another" });
  return document;
};

interface Offsets {
  readonly keys: Map<string, number>;
  readonly values: Map<string, number>;
}

/** Turns nodes into plain values. Aliases are copied, so their number is bounded by the number of values. */
class Reader {
  readonly offsets: Offsets = { keys: new Map(), values: new Map() };
  readonly found: Found[] = [];
  readonly #document: Document.Parsed<ParsedNode>;
  #count = 0;

  constructor(document: Document.Parsed<ParsedNode>) {
    this.#document = document;
  }

  read(node: unknown, path: readonly (string | number)[], offset: number): Json {
    this.#count += 1;
    if (this.#count > limits.values)
      throw new Refusal({ offset, message: `expected at most ${limits.values} values, aliases included` });
    if (path.length > limits.depth) throw tooDeep(offset);
    const pointer = formatPointer(path);
    const at = isRanged(node) ? node.range[0] : offset;
    this.offsets.values.set(pointer, at);
    if (isAlias(node)) {
      const target = node.resolve(this.#document);
      if (target === undefined)
        throw new Refusal({ offset: at, pointer, message: `no anchor &${node.source} before this alias` });
      return this.read(target, path, at);
    }
    if (isMap(node)) return this.#readMap(node.items, path, at);
    if (isSeq(node)) return node.items.map((item, i) => this.read(item, [...path, i], at));
    const value: unknown = isScalar(node) ? node.value : null;
    if (typeof value === "number" && !Number.isFinite(value)) {
      this.found.push({ offset: at, pointer, message: `expected a number that is finite, got ${value}` });
    }
    if (value === null || typeof value === "boolean" || typeof value === "number" || typeof value === "string")
      return value;
    throw new Refusal({ offset: at, pointer, message: `expected a plain value, got a ${typeof value}` });
  }

  #readMap(
    items: readonly { key: unknown; value: unknown }[],
    path: readonly (string | number)[],
    offset: number,
  ): Json {
    const entries = new Map<string, Json>();
    for (const { key, value } of items) {
      const at = isRanged(key) ? key.range[0] : offset;
      const name = keyText(key);
      if (name === undefined)
        throw new Refusal({ offset: at, pointer: formatPointer(path), message: "expected a text as key" });
      const pointer = formatPointer([...path, name]);
      if (name === "__proto__") this.found.push({ offset: at, pointer, message: `the key "__proto__" is not allowed` });
      else if (entries.has(name))
        this.found.push({ offset: at, pointer, message: `the key "${name}" is here twice; keep one` });
      else {
        this.offsets.keys.set(pointer, at);
        entries.set(name, this.read(value, [...path, name], at));
      }
    }
    return Object.fromEntries(entries);
  }
}

const keyText = (key: unknown): string | undefined => {
  const value: unknown = isScalar(key) ? key.value : undefined;
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean"
    ? String(value)
    : undefined;
};

const isRanged = (node: unknown): node is { range: [number, number, number] } =>
  typeof node === "object" && node !== null && "range" in node && Array.isArray(node.range);

const firstLine = (message: string): string =>
  (message.split("\n", 1)[0] ?? message).replace(/ at line \d+, column \d+:?$/u, "");

/**
 * Reads text as an experiment; the path's ending says whether it is YAML (`.yaml`, `.yml`) or JSON with comments and
 * trailing commas. `ExperimentError` for what cannot be read: syntax, duplicate keys, tags, too many values, too deep
 * nesting.
 */
export const parseSource = (path: string, text: string): Source => {
  const json = ![".yaml", ".yml"].includes(extname(path).toLowerCase());
  const lines = new LineCounter();
  const content = (json ? stripJsonComments(text) : text).replace(/^\uFEFF/u, "");
  const location = (offset: number): Extract<Location, { readonly line: number }> => {
    const { line, col } = lines.linePos(Math.min(offset, content.length));
    return { file: path, line: Math.max(1, line), column: Math.max(1, col) };
  };
  const refuse = (found: readonly Found[]): ExperimentError =>
    new ExperimentError(
      found.slice(0, limits.problems).map(({ offset, pointer = "", message, syntax }) => {
        const at = location(offset);
        return { location: at, pointer, message, ...(syntax && { excerpt: excerptOf(text, at.line, at.column) }) };
      }),
    );
  try {
    const document = compose(content, json, lines);
    const syntax = [...document.errors, ...document.warnings];
    if (syntax.length > 0)
      throw refuse(
        syntax.map(({ pos, message }) => ({ offset: pos[0], message: firstLine(message), syntax: true as const })),
      );
    const reader = new Reader(document);
    const value = reader.read(document.contents, [], 0);
    if (reader.found.length > 0) throw refuse(reader.found);
    return {
      path,
      value,
      length: text.length,
      find(pointer, part) {
        const { keys, values } = reader.offsets;
        const offset = part === "key" ? (keys.get(pointer) ?? values.get(pointer)) : values.get(pointer);
        return offset === undefined ? undefined : location(offset);
      },
    };
  } catch (error) {
    if (error instanceof Refusal) throw refuse([error.found]);
    throw error;
  }
};

const problemWithFile = (path: string, message: string): ExperimentError =>
  new ExperimentError([{ location: { file: path }, pointer: "", message }]);

const missing = (path: string): ExperimentError => {
  let names: string[] = [];
  try {
    names = readdirSync(dirname(path)).filter((name) => /\.(jsonc?|ya?ml)$/iu.test(name));
  } catch {
    return problemWithFile(path, `no such file, and no folder ${dirname(path)}`);
  }
  const hint = names.length === 0 ? "" : `; did you mean ${join(dirname(path), closest(basename(path), names))}?`;
  return problemWithFile(path, `no such file${hint}`);
};

const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/**
 * Reads a file of at most 1 MB. `ExperimentError` when it is not there (with the nearest name that is), cannot be read,
 * is too large, or is not an experiment's syntax.
 */
export const readSource = (path: string): Source => {
  const text = ((): string => {
    try {
      const stats = statSync(path, { throwIfNoEntry: false });
      if (stats === undefined) throw missing(path);
      return readBoundedText(path, limits.bytes);
    } catch (error) {
      if (error instanceof ExperimentError) throw error;
      if (error instanceof RangeError) throw problemWithFile(path, error.message.replace(`${path}: `, ""));
      throw problemWithFile(path, `cannot be read: ${reason(error)}`);
    }
  })();
  return parseSource(path, text);
};
