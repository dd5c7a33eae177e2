/**
 * How a layer of an experiment (a file over those that it extends, a variant, overrides) changes the one below: as a
 * merge patch, but that another `type` is another plug-in, of which only what the layer itself says is kept.
 */
import { formatPointer, isObject, type Json, type JsonObject } from "../../files/json.ts";

/** A plug-in that took the place of another. */
export interface TypeSwitch {
  /** Of the object whose `type` it is. */
  readonly pointer: string;
  readonly from: string;
  readonly to: string;
  /** The keys of the old one, which went with it. */
  readonly dropped: readonly string[];
}

/** The keys that say which plug-in an object is: a member of a family by its type, or a module of the user's. */
const marks = ["type", "module"] as const;

const markOf = (value: Json | undefined): { readonly key: string; readonly text: string } | undefined => {
  for (const key of marks) {
    const text = isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
    if (typeof text === "string") return { key, text };
  }
  return undefined;
};

/** The switch that values at a pointer make when a patch says another plug-in; nothing where it stays the same. */
export const typeSwitch = (before: Json | undefined, patch: Json, pointer: string): TypeSwitch | undefined => {
  const [from, to] = [markOf(before), markOf(patch)];
  if (from === undefined || to === undefined || (from.key === to.key && from.text === to.text)) return undefined;
  const dropped = Object.keys(before as JsonObject).filter((key) => key !== from.key);
  return { pointer, from: from.text, to: to.text, dropped };
};

/**
 * A merge patch (RFC 7386) in which an object with another `type` starts anew. What was switched is added to
 * `switches`.
 */
export const mergeLayer = (
  target: Json,
  patch: Json,
  switches: TypeSwitch[] = [],
  keys: readonly string[] = [],
): Json => {
  if (!isObject(patch)) return patch;
  const switched = typeSwitch(target, patch, formatPointer(keys));
  if (switched !== undefined) switches.push(switched);
  const merged = new Map(isObject(target) && switched === undefined ? Object.entries(target) : []);
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key);
    else merged.set(key, mergeLayer(merged.get(key) ?? null, value, switches, [...keys, key]));
  }
  return Object.fromEntries(merged);
};
