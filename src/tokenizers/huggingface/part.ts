/** How a part of a `tokenizer.json` document is checked and read. */
import type { Static, TObject } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";

/** Checks one part of a document, found at the JSON pointer `at`, and makes of it what the reader wants. */
export type ReadPart<T> = (value: unknown, at: string) => T;

/** Parts of one kind, by their `type`. */
export type Parts<T> = Readonly<Record<string, ReadPart<T>>>;

/** How deep `Sequence` parts may be nested, and how many parts one of them may have. */
const limits = { depth: 4, length: 64 } as const;

const within = (value: unknown): string => {
  if (typeof value !== "object" || value === null) return quoted(value);
  return Array.isArray(value) ? "[...]" : "{...}";
};

/**
 * A value from a document in a message: as JSON, long texts and lists cut, and nothing of what is in objects in it.
 */
export const quoted = (value: unknown): string => {
  if (value === undefined) return "nothing";
  if (typeof value === "string") return JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}...` : value);
  if (typeof value === "bigint") return `${value}`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? typeof value;
  if (!Array.isArray(value)) return "{...}";
  const items = value.slice(0, 4).map(within);
  return `[${[...items, ...(value.length > items.length ? ["..."] : [])].join(",")}]`;
};

/** The value, when it fits the schema. `TypeError` with the location of the first mistake. */
export const checked = <S extends TObject>(schema: S, value: unknown, at: string): Static<S> => {
  if (Value.Check(schema, value)) return value;
  const problem = Value.Errors(schema, value).First();
  const message = problem?.message.replace(/^./u, (first) => first.toLowerCase()) ?? "expected another form";
  throw new TypeError(`tokenizer.json: ${message} at ${at}${problem?.path ?? ""}, got ${quoted(problem?.value)}`);
};

/** A part with a schema. Options that the schema does not know are refused. */
export const part =
  <S extends TObject, T>(schema: S, make: (value: Static<S>, at: string) => T): ReadPart<T> =>
  (value, at) =>
    make(checked(schema, value, at), at);

/** The type of a part. `TypeError` when it has none or one that is not among `parts`. */
const typeOf = <T>(parts: Parts<T>, value: unknown, at: string): ReadPart<T> => {
  const type: unknown = typeof value === "object" && value !== null && "type" in value ? value.type : undefined;
  const found = typeof type === "string" && Object.hasOwn(parts, type) ? parts[type] : undefined;
  if (found !== undefined) return found;
  const known = Object.keys(parts).toSorted().join(", ");
  throw new TypeError(`tokenizer.json: expected type to be one of ${known} at ${at}, got ${quoted(type ?? value)}`);
};

/**
 * Reads a part, or a `Sequence` of parts that it holds under `list`, which `inTurn` puts together; `undefined` where
 * there is none. `TypeError` for a type or an option that is not supported, `RangeError` for too many parts in each
 * other.
 */
export const readPart = <T>(
  parts: Parts<T>,
  list: string,
  value: unknown,
  at: string,
  inTurn: (members: readonly T[]) => T,
  depth = 0,
): T | undefined => {
  if (value === null || value === undefined) return undefined;
  const sequence = typeof value === "object" && "type" in value && value.type === "Sequence";
  if (!sequence) return typeOf(parts, value, at)(value, at);
  const members: unknown = (value as Readonly<Record<string, unknown>>)[list];
  if (!Array.isArray(members))
    throw new TypeError(`tokenizer.json: expected a list at ${at}/${list}, got ${quoted(members)}`);
  if (depth >= limits.depth || members.length > limits.length) {
    throw new RangeError(
      `tokenizer.json: expected at most ${limits.length} parts in a Sequence and ${limits.depth} in each ` +
        `other, got more at ${at}`,
    );
  }
  const read = members.map((member, index) =>
    readPart(parts, list, member, `${at}/${list}/${index}`, inTurn, depth + 1),
  );
  return inTurn(read.filter((member) => member !== undefined));
};
