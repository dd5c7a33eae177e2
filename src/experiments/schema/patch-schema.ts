/**
 * From the schema of whole values to that of a patch of them (RFC 7386): nothing is required, and null takes a key
 * away.
 */
import { isObject, type JsonObject } from "../../files/json.ts";
import { defined } from "../../optional/defined.ts";
import { alternatives, schemaAt, takesObjects, under, type LocatedSchema } from "./located-schema.ts";

const takesOthers = ({ type }: JsonObject): boolean => type !== "object" && type !== undefined;

const nothing: JsonObject = { type: "null" };

const reference = ({ pointer }: LocatedSchema): JsonObject => ({ $ref: `#${pointer}` });

/** Each schema once: equal ones are left out. */
const distinct = (schemas: readonly LocatedSchema[]): readonly LocatedSchema[] => [
  ...new Map(schemas.map((located) => [JSON.stringify(located.schema), located])).values(),
];

/** What a schema says of itself, or what it refers to. */
const descriptionOf = (document: JsonObject, { schema }: LocatedSchema): string | undefined => {
  const { description, $ref } = schema;
  if (typeof description === "string") return description;
  return typeof $ref === "string" ? descriptionOf(document, schemaAt(document, $ref.slice(1))) : undefined;
};

/** Any of these values, or null. A closed list of texts stays one that an editor completes. */
const member = (document: JsonObject, schemas: readonly LocatedSchema[]): JsonObject => {
  const description = descriptionOf(document, schemas[0]!);
  const said = defined({ description });
  const constants = schemas.flatMap(({ schema }) => (typeof schema["const"] === "string" ? [schema["const"]] : []));
  if (constants.length === schemas.length)
    return { description: "Which of these it is.", ...said, enum: [...new Set(constants), null] };
  return { ...said, anyOf: [...distinct(schemas).map((located) => patchOf(document, located)), nothing] };
};

const patchObject = (document: JsonObject, objects: readonly LocatedSchema[]): JsonObject => {
  const members = new Map<string, LocatedSchema[]>();
  const values: LocatedSchema[] = [];
  for (const located of objects) {
    const { properties, patternProperties, additionalProperties } = located.schema;
    for (const key of Object.keys(isObject(properties) ? properties : {})) {
      members.set(key, [...(members.get(key) ?? []), under(located, "properties", key)]);
    }
    for (const key of Object.keys(isObject(patternProperties) ? patternProperties : {}))
      values.push(under(located, "patternProperties", key));
    if (isObject(additionalProperties)) values.push(under(located, "additionalProperties"));
  }
  return {
    type: "object",
    ...(members.size === 0
      ? {}
      : { properties: Object.fromEntries([...members].map(([key, schemas]) => [key, member(document, schemas)])) }),
    additionalProperties: values.length === 0 ? false : member(document, values),
  };
};

/**
 * The schema of patches of what `located` takes. Where that has alternatives, a patch may have the keys of any: what it
 * is merged into decides. What a patch replaces, such as a list, is referred to by its pointer in the document.
 */
const patchOf = (document: JsonObject, located: LocatedSchema): JsonObject => {
  const all = alternatives(document, located);
  const objects = all.filter(({ schema }) => takesObjects(schema));
  if (objects.length === 0) return reference(located);
  const patch = patchObject(document, objects);
  return all.some(({ schema }) => takesOthers(schema)) ? { anyOf: [reference(located), patch] } : patch;
};

/** The schema of patches of the value whose schema is at the pointer in a document of schemas. */
export const patchSchema = (document: JsonObject, pointer: string): JsonObject =>
  patchOf(document, schemaAt(document, pointer));
