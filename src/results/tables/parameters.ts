/** Which values of experiments tell their runs apart. */
import { formatPointer, isObject, parsePointer, type Json, type JsonObject } from "../../files/json.ts";

type Keys = (string | number)[];

/** The pointers of all leaves of a value that is at `keys`. */
const leaves = (value: Json | undefined, keys: Keys, found: Set<string>): void => {
  if (!isObject(value)) {
    found.add(formatPointer(keys));
    return;
  }
  for (const [key, inner] of Object.entries(value)) leaves(inner, [...keys, key], found);
};

/**
 * Walks two values at once. `keys` leads to both; it is one list all the way, because most of what is compared is the
 * same.
 */
const compare = (a: Json | undefined, b: Json | undefined, keys: Keys, found: Set<string>): void => {
  if (a === b) return;
  if (isObject(a) && isObject(b)) {
    const own = Object.keys(a);
    let common = 0;
    for (const key of own) {
      const known = Object.hasOwn(b, key);
      if (known) common += 1;
      keys.push(key);
      compare(a[key], known ? b[key] : undefined, keys, found);
      keys.pop();
    }
    const others = Object.keys(b);
    if (others.length > common)
      for (const key of others) if (!Object.hasOwn(a, key)) leaves(b[key], [...keys, key], found);
    return;
  }
  if (Array.isArray(a) && Array.isArray(b) && a.length === b.length) {
    for (let i = 0; i < a.length; i += 1) {
      keys.push(i);
      compare((a as readonly Json[])[i], (b as readonly Json[])[i], keys, found);
      keys.pop();
    }
    return;
  }
  // What is in one alone, or is of another kind there, differs in all of its parts.
  if (isObject(a)) leaves(a, keys, found);
  if (isObject(b)) leaves(b, keys, found);
  if (!isObject(a) && !isObject(b)) found.add(formatPointer(keys));
};

const ownValue = (values: JsonObject, key: string): Json | undefined =>
  Object.hasOwn(values, key) ? values[key] : undefined;

/**
 * Pointers of the values that are not the same in all of `all`, in the order in which they are met, key after key.
 * Lists of unlike lengths differ as a whole.
 */
export const differing = (all: readonly JsonObject[]): string[] => {
  const found = new Set<string>();
  for (const key of new Set(all.flatMap((values) => Object.keys(values)))) {
    // What runs have in common is often one object in all of them, as it comes from an index.
    const [first, ...others] = new Set(all.map((values) => ownValue(values, key)));
    for (const other of others) compare(first, other, [key], found);
  }
  return [...found];
};

/**
 * A function that finds what is at a pointer; nothing where nothing does. It throws a `RangeError` for a text that
 * is no pointer.
 */
export const finderOf = (pointer: string): ((values: Json) => Json | undefined) => {
  let keys: readonly string[] | undefined;
  return (values) => {
    keys ??= parsePointer(pointer);
    let value: Json | undefined = values;
    for (const key of keys) {
      if (Array.isArray(value)) value = (value as readonly Json[])[Number(key)];
      else if (isObject(value)) value = ownValue(value, key);
      else return undefined;
    }
    return value;
  };
};

/** The value at a pointer; nothing where there is none. `RangeError` for a text that is no pointer. */
export const valueAt = (values: Json, pointer: string): Json | undefined => finderOf(pointer)(values);

/** All scalars and lists of an object, by pointer. */
export const flattened = (values: JsonObject): ReadonlyMap<string, Json> => {
  const found = new Set<string>();
  leaves(values, [], found);
  return new Map([...found].map((pointer) => [pointer, valueAt(values, pointer)!]));
};
