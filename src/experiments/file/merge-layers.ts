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

/** The switch that values at a pointer make when `type` becomes `to`; nothing where it stays as it is. */
export const typeSwitch = (before: Json | undefined, to: Json | undefined, pointer: string): TypeSwitch | undefined => {
  const from = isObject(before) && Object.hasOwn(before, "type") ? before["type"] : undefined;
  if (typeof from !== "string" || typeof to !== "string" || from === to) return undefined;
  return { pointer, from, to, dropped: Object.keys(before as JsonObject).filter((key) => key !== "type") };
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
  const switched = typeSwitch(target, Object.hasOwn(patch, "type") ? patch["type"] : undefined, formatPointer(keys));
  if (switched !== undefined) switches.push(switched);
  const merged = new Map(isObject(target) && switched === undefined ? Object.entries(target) : []);
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key);
    else merged.set(key, mergeLayer(merged.get(key) ?? null, value, switches, [...keys, key]));
  }
  return Object.fromEntries(merged);
};
