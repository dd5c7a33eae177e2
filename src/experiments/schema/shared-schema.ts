/** The same schema with each part of it once: where an equal part occurs again, it refers to the first. */
import { formatPointer, isObject, type Json, type JsonObject } from "../../files/json.ts";

/** Characters of a part below which a reference saves nothing. */
const SMALL = 200;

/** Keywords whose value is a schema, a list of schemas, or schemas by name. */
const single = ["additionalProperties", "items", "not", "if", "then", "else", "propertyNames", "contains"];
const listed = ["oneOf", "anyOf", "allOf"];
const byName = ["definitions", "properties", "patternProperties"];

type Keys = readonly (string | number)[];

/** New pointers of parts that were moved, by their old pointers. */
type Moves = Map<string, string>;

const shareIn = (schema: Json, keys: Keys, first: Map<string, string>, moves: Moves): Json => {
  if (!isObject(schema)) return schema;
  const pointer = formatPointer(keys);
  const text = JSON.stringify(schema);
  const known = text.length < SMALL ? undefined : first.get(text);
  if (known !== undefined) {
    moves.set(pointer, known);
    return { $ref: `#${known}` };
  }
  first.set(text, pointer);
  const inner = (value: Json, ...more: Keys): Json => shareIn(value, [...keys, ...more], first, moves);
  return Object.fromEntries(
    Object.entries(schema).map(([key, value]) => {
      if (single.includes(key)) return [key, inner(value, key)];
      if (listed.includes(key) && Array.isArray(value))
        return [key, (value as readonly Json[]).map((one, i) => inner(one, key, i))];
      if (byName.includes(key) && isObject(value)) {
        return [key, Object.fromEntries(Object.entries(value).map(([name, one]) => [name, inner(one, key, name)]))];
      }
      return [key, value];
    }),
  );
};

/** The new pointer of what was at a pointer. */
const moved = (pointer: string, moves: Moves): string => {
  for (let end = pointer.length; end > 0; end = pointer.lastIndexOf("/", end - 1)) {
    const target = moves.get(pointer.slice(0, end));
    if (target !== undefined) return moved(target + pointer.slice(end), moves);
  }
  return pointer;
};

const redirected = (value: Json, moves: Moves): Json => {
  if (Array.isArray(value)) return (value as readonly Json[]).map((one) => redirected(one, moves));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) =>
      key === "$ref" && typeof inner === "string"
        ? [key, `#${moved(inner.slice(1), moves)}`]
        : [key, redirected(inner, moves)],
    ),
  );
};

/** A schema (draft 7) that takes the same values, in which no large part is written twice. References are within it. */
export const sharedSchema = (schema: JsonObject): JsonObject => {
  const moves: Moves = new Map();
  return redirected(shareIn(schema, [], new Map(), moves), moves) as JsonObject;
};
