/** Where each value of a run comes from: a location in a file, an override, or the schema's defaults. */
import type { Draft } from "./drafts.ts";
import { formatPointer, isObject, type Json } from "../../files/json.ts";
import type { Location } from "./problem.ts";

/** One value and its origin. */
export interface ValueOrigin {
  readonly pointer: string;
  /** A scalar, or a list of scalars. */
  readonly value: Json;
  /** Where it was written; nothing for a default. */
  readonly location: Location | undefined;
}

type Keys = readonly string[];

const isLeaf = (value: Json): boolean => {
  if (Array.isArray(value))
    return (value as readonly Json[]).every((item) => typeof item !== "object" || item === null);
  return !isObject(value) || Object.keys(value).length === 0;
};

const leaves = (value: Json, keys: Keys): readonly { readonly keys: Keys; readonly value: Json }[] =>
  isLeaf(value)
    ? [{ keys, value }]
    : Object.entries(value as object).flatMap(([key, inner]) => leaves(inner as Json, [...keys, key]));

const isWritten = (value: Json, [key, ...rest]: Keys): boolean => {
  if (key === undefined) return true;
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return false;
  return isWritten((value as Readonly<Record<string, Json>>)[key]!, rest);
};

/** The values of a draft after defaults, in their order, each with its origin. */
export const valueOrigins = (draft: Draft, values: Json): readonly ValueOrigin[] =>
  leaves(values, []).map(({ keys, value }) => {
    const pointer = formatPointer(keys);
    return { pointer, value, location: isWritten(draft.value, keys) ? draft.locate(pointer).location : undefined };
  });

/** `file:line:column`, `command line`, the variable's name, or `default`. */
export const originText = (location: Location | undefined): string => {
  if (location === undefined) return "default";
  if ("override" in location) return location.variable ?? "command line";
  return "line" in location ? `${location.file}:${location.line}:${location.column}` : location.file;
};
