/**
 * From the schema of whole values to that of a patch of them (RFC 7386): nothing is required, and null takes a key
 * away.
 */
import { formatPointer, isObject, parsePointer, type Json, type JsonObject } from "../../files/json.ts";
import { defined } from "../../optional/defined.ts";

/** A schema, and where it stands in the document. */
interface Placed {
  readonly schema: JsonObject;
  readonly pointer: string;
}

const under = ({ pointer, schema }: Placed, ...keys: readonly (string | number)[]): Placed => {
  let here: Json | undefined = schema;
  for (const key of keys) here = (here as Readonly<Record<string | number, Json>>)[key];
  return { schema: here as JsonObject, pointer: pointer + formatPointer(keys) };
};

const valueAt = (document: JsonObject, pointer: string): Placed =>
  under({ schema: document, pointer: "" }, ...parsePointer(pointer));

const listed = (placed: Placed, key: string): readonly Placed[] =>
  Array.isArray(placed.schema[key]) ? (placed.schema[key] as readonly Json[]).map((_, i) => under(placed, key, i)) : [];

/** The alternatives of a schema, references followed: each says for itself what it takes. */
const alternatives = (document: JsonObject, placed: Placed): readonly Placed[] => {
  const { schema } = placed;
  const reference = schema["$ref"];
  if (typeof reference === "string") return alternatives(document, valueAt(document, reference.slice(1)));
  const inner = [
    ...listed(placed, "oneOf"),
    ...listed(placed, "anyOf"),
    ...(["then", "else"] as const).flatMap((key) => (isObject(schema[key]) ? [under(placed, key)] : [])),
  ];
  return inner.length === 0 ? [placed] : inner.flatMap((one) => alternatives(document, one));
};

const takesObjects = ({ type, properties }: JsonObject): boolean =>
  type === "object" ||
  properties !== undefined ||
  (Array.isArray(type) && (type as readonly Json[]).includes("object"));

const takesOthers = ({ type }: JsonObject): boolean => type !== "object" && type !== undefined;

const nothing: JsonObject = { type: "null" };

const reference = ({ pointer }: Placed): JsonObject => ({ $ref: `#${pointer}` });

/** Schemas that say the same stand once. */
const distinct = (places: readonly Placed[]): readonly Placed[] => [
  ...new Map(places.map((placed) => [JSON.stringify(placed.schema), placed])).values(),
];

/** What a schema says of itself, or what it refers to. */
const descriptionOf = (document: JsonObject, { schema }: Placed): string | undefined => {
  const { description, $ref } = schema;
  if (typeof description === "string") return description;
  return typeof $ref === "string" ? descriptionOf(document, valueAt(document, $ref.slice(1))) : undefined;
};

/** Any of these values, or null. A closed list of texts stays one that an editor completes. */
const member = (document: JsonObject, places: readonly Placed[]): JsonObject => {
  const description = descriptionOf(document, places[0]!);
  const said = defined({ description });
  const constants = places.flatMap(({ schema }) => (typeof schema["const"] === "string" ? [schema["const"]] : []));
  if (constants.length === places.length)
    return { description: "Which of these it is.", ...said, enum: [...new Set(constants), null] };
  return { ...said, anyOf: [...distinct(places).map((placed) => patchOf(document, placed)), nothing] };
};

const patchObject = (document: JsonObject, objects: readonly Placed[]): JsonObject => {
  const members = new Map<string, Placed[]>();
  const values: Placed[] = [];
  for (const placed of objects) {
    const { properties, patternProperties, additionalProperties } = placed.schema;
    for (const key of Object.keys(isObject(properties) ? properties : {})) {
      members.set(key, [...(members.get(key) ?? []), under(placed, "properties", key)]);
    }
    for (const key of Object.keys(isObject(patternProperties) ? patternProperties : {}))
      values.push(under(placed, "patternProperties", key));
    if (isObject(additionalProperties)) values.push(under(placed, "additionalProperties"));
  }
  return {
    type: "object",
    ...(members.size === 0
      ? {}
      : { properties: Object.fromEntries([...members].map(([key, places]) => [key, member(document, places)])) }),
    additionalProperties: values.length === 0 ? false : member(document, values),
  };
};

/**
 * The schema of patches of what `placed` takes. Where that has alternatives, a patch may have the keys of any: what it
 * is merged into decides. What a patch replaces, such as a list, is referred to where it stands in the document.
 */
const patchOf = (document: JsonObject, placed: Placed): JsonObject => {
  const all = alternatives(document, placed);
  const objects = all.filter(({ schema }) => takesObjects(schema));
  if (objects.length === 0) return reference(placed);
  const patch = patchObject(document, objects);
  return all.some(({ schema }) => takesOthers(schema)) ? { anyOf: [reference(placed), patch] } : patch;
};

/** The schema of patches of what stands at the pointer in a document of schemas. */
export const patchSchema = (document: JsonObject, pointer: string): JsonObject =>
  patchOf(document, valueAt(document, pointer));
