/** Schemas with their pointers in a document of schemas: how to go into them, past references and choices. */
import { formatPointer, isObject, parsePointer, type Json, type JsonObject } from "../../files/json.ts";

/** A schema, and its pointer in the document. */
export interface LocatedSchema {
  readonly schema: JsonObject;
  readonly pointer: string;
}

/** What is inside a schema under these keys of its own. */
export const under = ({ pointer, schema }: LocatedSchema, ...keys: readonly (string | number)[]): LocatedSchema => {
  let here: Json | undefined = schema;
  for (const key of keys) here = (here as Readonly<Record<string | number, Json>>)[key];
  return { schema: here as JsonObject, pointer: pointer + formatPointer(keys) };
};

/** The schema at a pointer of the document. */
export const schemaAt = (document: JsonObject, pointer: string): LocatedSchema =>
  under({ schema: document, pointer: "" }, ...parsePointer(pointer));

/** The schemas in a list of schemas, such as those of `oneOf`. */
export const listed = (located: LocatedSchema, key: string): readonly LocatedSchema[] =>
  Array.isArray(located.schema[key])
    ? (located.schema[key] as readonly Json[]).map((_, i) => under(located, key, i))
    : [];

/** What a schema refers to, or the schema itself. */
export const referred = (document: JsonObject, located: LocatedSchema): LocatedSchema => {
  const reference = located.schema["$ref"];
  return typeof reference === "string" ? referred(document, schemaAt(document, reference.slice(1))) : located;
};

/** The alternatives of a schema, references followed: each says for itself what it takes. */
export const alternatives = (document: JsonObject, located: LocatedSchema): readonly LocatedSchema[] => {
  const here = referred(document, located);
  const inner = [
    ...listed(here, "oneOf"),
    ...listed(here, "anyOf"),
    ...(["then", "else"] as const).flatMap((key) => (isObject(here.schema[key]) ? [under(here, key)] : [])),
  ];
  return inner.length === 0 ? [here] : inner.flatMap((one) => alternatives(document, one));
};

/** True for a schema of objects, among others perhaps. */
export const takesObjects = ({ type, properties }: JsonObject): boolean =>
  type === "object" ||
  properties !== undefined ||
  (Array.isArray(type) && (type as readonly Json[]).includes("object"));

/** The names of an object's own keys in its schema. */
export const keysOf = (schema: JsonObject): string[] =>
  Object.keys(isObject(schema["properties"]) ? schema["properties"] : {});

/** The type that a member of a family has; nothing for any other schema. */
export const typeOf = (schema: JsonObject): string | undefined => {
  const type = isObject(schema["properties"]) ? schema["properties"]["type"] : undefined;
  return isObject(type) && typeof type["const"] === "string" ? type["const"] : undefined;
};

/** The schemas of what an object or a list has under a key, one for each schema that it may be under. */
export const inside = ({ schema, pointer }: LocatedSchema, key: string): readonly LocatedSchema[] => {
  const located = { schema, pointer };
  const { properties, patternProperties, additionalProperties, items } = schema;
  if (isObject(properties) && Object.hasOwn(properties, key)) {
    return isObject(properties[key]) ? [under(located, "properties", key)] : [];
  }
  if (/^(?:0|[1-9]\d*|-)$/u.test(key) && items !== undefined) {
    if (isObject(items)) return [under(located, "items")];
    return Array.isArray(items) && Number(key) < items.length ? [under(located, "items", Number(key))] : [];
  }
  const patterns = isObject(patternProperties) ? Object.keys(patternProperties) : [];
  const named = patterns.filter((pattern) => new RegExp(pattern, "u").test(key));
  if (named.length > 0) return named.map((pattern) => under(located, "patternProperties", pattern));
  return isObject(additionalProperties) ? [under(located, "additionalProperties")] : [];
};
