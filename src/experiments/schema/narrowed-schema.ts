/**
 * A schema with those members of families that values name, and no others: a fifth of it, which compiles in a fifth of
 * the time.
 */
import { isObject, type Json, type JsonObject } from "../../files/json.ts";

/** Adds all texts under the key `type`, however deep. */
const addTypes = (value: Json, found: Set<string>): void => {
  if (Array.isArray(value)) for (const one of value as readonly Json[]) addTypes(one, found);
  if (!isObject(value)) return;
  for (const [key, inner] of Object.entries(value)) {
    if (key === "type" && typeof inner === "string") found.add(inner);
    else addTypes(inner, found);
  }
};

/** Every text under the key `type` in a value. */
export const typesIn = (value: Json): ReadonlySet<string> => {
  const found = new Set<string>();
  addTypes(value, found);
  return found;
};

const addDefaults = (schema: Json, found: Set<string>): void => {
  if (Array.isArray(schema)) for (const one of schema as readonly Json[]) addDefaults(one, found);
  if (!isObject(schema)) return;
  for (const [key, inner] of Object.entries(schema)) (key === "default" ? addTypes : addDefaults)(inner, found);
};

/** The types of what a schema fills in. */
export const typesOfDefaults = (schema: JsonObject): ReadonlySet<string> => {
  const found = new Set<string>();
  addDefaults(schema, found);
  return found;
};

/** Whether the member of a union is one that types name. */
const isNamed = (branch: Json, types: ReadonlySet<string>): boolean => {
  const properties = isObject(branch) ? branch["properties"] : undefined;
  const type = isObject(properties) ? properties["type"] : undefined;
  return isObject(type) && typeof type["const"] === "string" && types.has(type["const"]);
};

/** The members of a union that types name; of a union of which none is named, the first, since it must have one. */
const narrowedUnion = (schema: JsonObject, types: ReadonlySet<string>): JsonObject => {
  const { discriminator, oneOf } = schema;
  if (!isObject(discriminator) || discriminator["propertyName"] !== "type" || !Array.isArray(oneOf)) return schema;
  const branches = oneOf as readonly Json[];
  const named = branches.filter((branch) => isNamed(branch, types));
  return { ...schema, oneOf: named.length === 0 ? branches.slice(0, 1) : named };
};

const narrow = (schema: Json, types: ReadonlySet<string>): Json => {
  if (Array.isArray(schema)) return (schema as readonly Json[]).map((one) => narrow(one, types));
  if (!isObject(schema)) return schema;
  const entries = Object.entries(narrowedUnion(schema, types));
  return Object.fromEntries(entries.map(([key, inner]) => [key, key === "default" ? inner : narrow(inner, types)]));
};

/**
 * The schema (draft 7, with `discriminator`) in which every union tagged by `type` has only the members that `types`
 * names. Whatever it takes the whole schema takes too, and fills in alike; what it refuses the whole one may take or
 * refuse with better words. References must not lead into a union.
 */
export const narrowedSchema = (schema: JsonObject, types: ReadonlySet<string>): JsonObject =>
  narrow(schema, types) as JsonObject;
