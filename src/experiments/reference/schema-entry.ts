/** What the schema says of one key of experiment files, found by its pointer in a file. */
import { closest } from "fastest-levenshtein";
import { formatPointer, isObject, parsePointer, type Json, type JsonObject } from "../../files/json.ts";
import { exampleOf } from "../schema/example.ts";
import { wholeFileSchema } from "../schema/file-schema.ts";
import {
  alternatives,
  inside,
  keysOf,
  referred,
  takesObjects,
  typeOf,
  under,
  type LocatedSchema,
} from "../schema/located-schema.ts";
import { typeText } from "./type-text.ts";

/** A key with what it is. */
export interface KeyEntry {
  readonly key: string;
  /** In words. */
  readonly type: string;
  /** As JSON; nothing where there is none. */
  readonly default: string | undefined;
  /** True where a file is wrong without it. */
  readonly required: boolean;
  readonly meaning: string;
  /** A valid value. */
  readonly example: Json;
  readonly located: LocatedSchema;
}

/** One of several forms that a value may have: the member of a family, or an object of other keys. */
export interface Form {
  /** Its type where it is the member of a family. */
  readonly type: string | undefined;
  readonly meaning: string;
  readonly keys: readonly KeyEntry[];
  readonly located: LocatedSchema;
}

/** The value at a pointer. */
export interface SchemaEntry extends KeyEntry {
  /** The types of the members that have this key, or nothing where it is not in a family. */
  readonly members: readonly string[];
}

/** The whole file. */
export const root: LocatedSchema = { schema: wholeFileSchema, pointer: "" };

/** What a schema says of itself, or what it refers to says. */
export const meaningOf = (located: LocatedSchema): string => {
  const said = located.schema["description"] ?? referred(wholeFileSchema, located).schema["description"];
  return typeof said === "string" ? said : "";
};

/** A key of an object, as its schema says. */
const keyEntry = (key: string, located: LocatedSchema, required: boolean): KeyEntry => ({
  key,
  type: typeText(wholeFileSchema, located),
  default: located.schema["default"] === undefined ? undefined : JSON.stringify(located.schema["default"]),
  required,
  meaning: meaningOf(located),
  example: exampleOf(wholeFileSchema, located, key),
  located,
});

/** The keys of an object in the order of its schema. */
export const keyEntries = (located: LocatedSchema): readonly KeyEntry[] => {
  const { required } = located.schema;
  const needed = Array.isArray(required) ? (required as readonly string[]) : [];
  return keysOf(located.schema).flatMap((key) =>
    isObject((located.schema["properties"] as JsonObject)[key])
      ? [keyEntry(key, under(located, "properties", key), needed.includes(key))]
      : [],
  );
};

/** What a list or an object of any names holds; else the schema itself. */
const contentOf = (located: LocatedSchema): LocatedSchema => {
  const here = referred(wholeFileSchema, located);
  const { items, additionalProperties, patternProperties } = here.schema;
  if (isObject(items)) return contentOf(under(here, "items"));
  const [pattern] = Object.keys(isObject(patternProperties) ? patternProperties : {});
  if (pattern !== undefined) return contentOf(under(here, "patternProperties", pattern));
  return keysOf(here.schema).length === 0 && isObject(additionalProperties) && "type" in additionalProperties
    ? contentOf(under(here, "additionalProperties"))
    : here;
};

/** The objects that a value may be, or that are in the list or under the names that it is. */
export const formsOf = (located: LocatedSchema): readonly Form[] =>
  alternatives(wholeFileSchema, contentOf(located))
    .filter(({ schema }) => takesObjects(schema) && keysOf(schema).length > 0)
    .map((one) => ({
      type: typeOf(one.schema),
      meaning: meaningOf(one),
      keys: keyEntries(one),
      located: one,
    }));

/** A way through the schema: what it leads to, and the member of a family that holds it. */
interface Found {
  readonly located: LocatedSchema;
  readonly member: string | undefined;
  readonly required: boolean;
}

/** A module of one's own takes any key: what it names is known to it alone. */
const isOpen = ({ schema }: LocatedSchema): boolean => Object.keys(schema).length === 0;

const step = (found: readonly Found[], key: string): readonly Found[] =>
  found.flatMap(({ located, member }) =>
    alternatives(wholeFileSchema, located).flatMap((one) => {
      const { required } = one.schema;
      return inside(one, key)
        .filter((next) => !isOpen(next))
        .map((next) => ({
          located: next,
          member: typeOf(one.schema) ?? member,
          required: Array.isArray(required) && (required as readonly Json[]).includes(key),
        }));
    }),
  );

const knownIn = (found: readonly Found[]): string[] => [
  ...new Set(
    found.flatMap(({ located }) => alternatives(wholeFileSchema, located).flatMap(({ schema }) => keysOf(schema))),
  ),
];

/** Why there is nothing at a pointer: what is known where it leaves the schema, nearest first. */
const unknown = (pointer: string, before: string, key: string, found: readonly Found[]): RangeError => {
  const known = knownIn(found);
  const where = before === "" ? "an experiment file" : before;
  if (known.length === 0) return new RangeError(`${pointer}: ${where} has no keys`);
  const nearest = before + formatPointer([closest(key, known)]);
  const list = known.length > 12 ? `${known.slice(0, 12).join(", ")}, ...` : known.join(", ");
  return new RangeError(`${pointer}: ${where} has no key "${key}"; did you mean ${nearest}? Known: ${list}`);
};

/** The keys of a pointer; a name without slashes is a key of the file. */
const keysAt = (pointer: string): readonly string[] =>
  parsePointer(pointer === "" || pointer.startsWith("/") ? pointer : `/${pointer}`);

/**
 * What the schema says of the value at a pointer in a file, once for each different thing that it may say: a key that
 * several members of a family have may mean something else in each. `RangeError` with the nearest names where no file
 * has such a key.
 */
export const schemaEntries = (pointer: string): readonly SchemaEntry[] => {
  const keys = keysAt(pointer);
  let found: readonly Found[] = [{ located: root, member: undefined, required: false }];
  for (const [i, key] of keys.entries()) {
    const next = step(found, key);
    if (next.length === 0) throw unknown(pointer, formatPointer(keys.slice(0, i)), key, found);
    found = next;
  }
  const groups = new Map<string, Found[]>();
  for (const one of found) {
    const text = JSON.stringify([one.located.schema, one.required]);
    groups.set(text, [...(groups.get(text) ?? []), one]);
  }
  return [...groups.values()].map((group) => {
    const { located, required } = group[0]!;
    const members = new Set(group.flatMap(({ member }) => member ?? []));
    return { ...keyEntry(keys.at(-1) ?? "", located, required), members: [...members] };
  });
};

/** The definitions that a schema refers to, and those that they refer to. */
const definitionsIn = (schema: Json, known: Set<string> = new Set()): Set<string> => {
  for (const [, name] of JSON.stringify(schema).matchAll(/"\$ref":"#\/definitions\/([\w-]+)"/gu)) {
    if (known.has(name!)) continue;
    known.add(name!);
    definitionsIn((wholeFileSchema["definitions"] as JsonObject)[name!]!, known);
  }
  return known;
};

/** The schema of what is at a pointer, by itself: with the definitions that it refers to. */
export const schemaPart = (entries: readonly SchemaEntry[]): JsonObject => {
  const schemas = entries.map(({ located }) => located.schema);
  const [first, ...others] = schemas;
  if (first === undefined || (others.length === 0 && first === wholeFileSchema)) return wholeFileSchema;
  const part: JsonObject = others.length === 0 ? first : { anyOf: schemas };
  const names = [...definitionsIn(part)];
  if (names.length === 0) return part;
  const all = wholeFileSchema["definitions"] as JsonObject;
  return { ...part, definitions: Object.fromEntries(names.map((name) => [name, all[name]!])) };
};
