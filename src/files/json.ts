/** Plain JSON values, and the pointers (RFC 6901) that name locations in them. */

/** What an experiment file holds. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

/** An object of plain values. */
export interface JsonObject {
  readonly [key: string]: Json;
}

/** True for `{...}`, false for arrays, null and scalars. */
export const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The object that a text is as JSON; nothing for a text that is anything else. */
export const parseObject = (text: string): JsonObject | undefined => {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
};

/** Names a location: `["objective", "alpha"]` -> `/objective/alpha`; the root is the empty text. */
export const formatPointer = (keys: readonly (string | number)[]): string =>
  keys.map((key) => `/${String(key).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");

/** The keys of a pointer. `RangeError` when it does not start with `/` or has a `~` that is neither `~0` nor `~1`. */
export const parsePointer = (pointer: string): string[] => {
  if (pointer === "") return [];
  if (!pointer.startsWith("/"))
    throw new RangeError(`expected a pointer that starts with "/", such as /objective/alpha, got "${pointer}"`);
  if (/~(?![01])/u.test(pointer))
    throw new RangeError(`expected "~" only as ~0 (for ~) or ~1 (for /), got "${pointer}"`);
  return pointer
    .slice(1)
    .split("/")
    .map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));
};

/** The pointer of the value that holds this one; the root holds itself. */
export const parentPointer = (pointer: string): string => pointer.slice(0, Math.max(0, pointer.lastIndexOf("/")));

/** The value at a pointer; undefined where there is none. */
export const valueAt = (value: Json, pointer: string): Json | undefined => {
  let here: Json | undefined = value;
  for (const key of parsePointer(pointer)) {
    if (Array.isArray(here)) here = /^(0|[1-9]\d*)$/u.test(key) ? (here as readonly Json[])[Number(key)] : undefined;
    else here = isObject(here) && Object.hasOwn(here, key) ? here[key] : undefined;
  }
  return here;
};

/** The object without some of its keys. */
export const omit = (object: JsonObject, ...keys: readonly string[]): JsonObject =>
  Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)));

/** A JSON merge patch (RFC 7386): objects merge key by key, `null` takes a key away, everything else replaces. */
export const mergePatch = (target: Json, patch: Json): Json => {
  if (!isObject(patch)) return patch;
  const merged = new Map(isObject(target) ? Object.entries(target) : []);
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key);
    else merged.set(key, mergePatch(merged.get(key) ?? null, value));
  }
  return Object.fromEntries(merged);
};

/**
 * True where a patch replaces a value above these keys, so that nothing below it is merged in: on the way is a list, a
 * scalar or null.
 */
export const covers = (patch: Json, keys: readonly string[]): boolean => {
  let here = patch;
  for (const key of keys) {
    if (!isObject(here)) return true;
    const inner = Object.hasOwn(here, key) ? here[key] : undefined;
    if (inner === undefined) return false;
    here = inner;
  }
  return false;
};
