/** Small files of strangers, read whole and never beyond a bound. */
import { closeSync, fstatSync, openSync, readFileSync } from "node:fs";

/** A file's bytes, and what tells it from the one that replaces it. */
export interface BoundedFile {
  readonly bytes: Buffer;
  readonly stamp: string;
}

/** Time and size of a file as one text: one that replaces it has another. */
export const stampOf = ({ mtimeMs, size }: { readonly mtimeMs: number; readonly size: number }): string =>
  `${mtimeMs}-${size}`;

/**
 * Reads a regular file. `RangeError` for anything else and for one of more than `largest` bytes; errors of the system
 * as they come.
 */
export const readBounded = (path: string, largest: number): BoundedFile => {
  const file = openSync(path, "r");
  try {
    const facts = fstatSync(file);
    if (!facts.isFile()) throw new RangeError(`${path}: expected a file, got a folder or a device`);
    if (facts.size > largest) throw new RangeError(`${path}: expected at most ${largest} bytes, got ${facts.size}`);
    return { bytes: readFileSync(file), stamp: stampOf(facts) };
  } finally {
    closeSync(file);
  }
};
