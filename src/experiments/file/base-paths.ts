/** Paths that a base file holds, as the file that extends it would write them. */
import { existsSync } from "node:fs";
import { isAbsolute, join, relative, resolve } from "node:path";
import { isObject, type Json } from "../../files/json.ts";

/** Keys whose texts are paths relative to the file that holds them. */
export const pathKeys: readonly string[] = ["path", "folder", "checkpoint", "module"];

/**
 * A checkpoint's name may be one of the Hub too: it is a path when something is there, or when it starts as only a path
 * does.
 */
const isPath = (key: string, text: string, folder: string): boolean =>
  key !== "checkpoint" || /^\.{1,2}[/\\]/u.test(text) || existsSync(resolve(folder, text));

/** The value with its relative paths, which count from the folder `from`, counted from the folder `to`. */
export const rebased = (value: Json, from: string, to: string): Json => {
  if (resolve(from) === resolve(to)) return value;
  if (Array.isArray(value)) return (value as readonly Json[]).map((item) => rebased(item, from, to));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      if (typeof inner !== "string" || !pathKeys.includes(key) || isAbsolute(inner) || !isPath(key, inner, from)) {
        return [key, rebased(inner, from, to)];
      }
      const path = relative(resolve(to), resolve(from, inner));
      return [key, path.startsWith("..") || isAbsolute(path) ? path : join(".", path)];
    }),
  );
};
