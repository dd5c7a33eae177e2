/** The known name that a wrong one is nearest to, for errors. */
import { readdirSync } from "node:fs";
import { basename, dirname, extname, join } from "node:path";
import { closest, distance } from "fastest-levenshtein";

/** Names above this many characters are no misspelling of one. */
const longest = 100;

/** Entries of a folder among which a nearest one is sought. */
const mostEntries = 10_000;

/** The known name of which at most a third of the letters differ, or two; nothing when there is none. */
export const nearName = (name: string, known: readonly string[]): string | undefined => {
  if (known.length === 0 || name.length > longest) return undefined;
  const nearest = closest(name, known);
  return distance(name.toLowerCase(), nearest.toLowerCase()) <= Math.max(2, nearest.length / 3) ? nearest : undefined;
};

/** `; did you mean "alpha"?`, or nothing. */
export const didYouMean = (name: string, known: readonly string[]): string => {
  const nearest = nearName(name, known);
  return nearest === undefined ? "" : `; did you mean "${nearest}"?`;
};

/**
 * The path of the file or folder with the same ending, in the same folder, that is nearest to one that is not there;
 * nothing when none is near.
 */
export const nearPath = (path: string): string | undefined => {
  try {
    const ending = extname(path);
    const names = readdirSync(dirname(path)).slice(0, mostEntries);
    const alike = names.filter((name) => extname(name) === ending).map((name) => basename(name, ending));
    const near = nearName(basename(path, ending), alike);
    return near === undefined ? undefined : join(dirname(path), near + ending);
  } catch {
    return undefined;
  }
};
