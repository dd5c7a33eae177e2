/** JSON files beside a sweep that one of its processes writes and all others read: checked before they are believed. */
import { statSync } from "node:fs";
import { checker } from "../../experiments/schema/check.ts";
import type { Json, JsonObject } from "../../files/json.ts";
import { readBoundedText } from "../../files/regular-file.ts";

/** What a file must be. */
export interface Expected<T> {
  /** In words, such as `the plan of a sweep`. */
  readonly what: string;
  /** Most bytes. */
  readonly longest: number;
  readonly check: ReturnType<typeof checker<T>>;
}

/** A check against a schema of TypeBox, as plain JSON. */
export const checkerOf = <T>(schema: object): Expected<T>["check"] =>
  checker<T>(JSON.parse(JSON.stringify(schema)) as JsonObject);

/** What the file holds. `Error` when it is not there, too long, no JSON, or something else. */
export const readChecked = <T>(path: string, { what, longest, check }: Expected<T>): T => {
  const size = statSync(path, { throwIfNoEntry: false })?.size;
  if (size === undefined || size > longest) {
    const got = size === undefined ? "no file" : `${size} bytes`;
    throw new Error(
      `${path}: expected ${what} in at most ${longest} bytes, got ${got}; start the sweep with retort sweep FILE`,
    );
  }
  let value: Json;
  try {
    value = JSON.parse(readBoundedText(path, longest)) as Json;
  } catch (cause) {
    throw new Error(`${path}: expected JSON`, { cause });
  }
  const checked = check(value);
  if ("mistakes" in checked) {
    const { pointer, message } = checked.mistakes[0]!;
    throw new Error(`${path}: ${pointer}: ${message}`);
  }
  return checked.values;
};
