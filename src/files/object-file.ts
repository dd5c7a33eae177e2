/** Files that other processes leave, read as far as they can be: what is missing or broken is nothing. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { parseObject, type JsonObject } from "./json.ts";
import { readBoundedText } from "./regular-file.ts";

/** Longest file that is read, in bytes. */
const longest = 64_000_000;

/** The object that a file holds as JSON; nothing when there is none, it is too long, or it cannot be read. */
export const readObject = (path: string): JsonObject | undefined => {
  try {
    return parseObject(readBoundedText(path, longest));
  } catch {
    return undefined;
  }
};

/** The paths of what is in a folder, hidden entries left out; nothing when it is not there. */
export const entriesOf = (folder: string): string[] => {
  try {
    return readdirSync(folder)
      .filter((name) => !name.startsWith("."))
      .map((name) => join(folder, name));
  } catch {
    return [];
  }
};
