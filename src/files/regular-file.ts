/**
 * Files that may be a stranger's: regular ones alone, and no further than they went when they were opened. A pipe would
 * hang who opens it, a device has no end, and what is written meanwhile may grow for ever.
 */
import { createHash } from "node:crypto";
import { closeSync, constants, fstatSync, openSync, readSync, statSync, type Stats } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";

/** A file's bytes, and what tells it from the one that replaces it. */
export interface BoundedFile {
  readonly bytes: Buffer;
  readonly stamp: string;
}

/** Time and size of a file as one text: one that replaces it has another. */
export const stampOf = ({ mtimeMs, size }: { readonly mtimeMs: number; readonly size: number }): string =>
  `${mtimeMs}-${size}`;

/** Opening a pipe for reading waits for who writes to it, unless it is told not to; Windows has no such flag. */
const reading = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** Most bytes that are read at once. */
const pieceBytes = 2 ** 20;

const check = (path: string, facts: Stats, largest: number): void => {
  if (!facts.isFile()) throw new RangeError(`${path}: expected a file, got a folder, a pipe or a device`);
  if (facts.size > largest) throw new RangeError(`${path}: expected at most ${largest} bytes, got ${facts.size}`);
};

/** Whether something is at a path, for libraries that open it themselves. `RangeError` for what is no regular file. */
export const isRegular = (path: string): boolean => {
  const facts = statSync(path, { throwIfNoEntry: false });
  if (facts !== undefined) check(path, facts, Number.POSITIVE_INFINITY);
  return facts !== undefined;
};

/** A regular file while it is used. */
export interface RegularFile {
  readonly facts: Stats;
  /** Fills `target` from a position on, as far as the file goes: how many bytes there were. */
  readonly read: (target: Uint8Array, position: number) => number;
}

/**
 * Gives a regular file to `use` and closes it. `RangeError` for anything else and for one of more than `largest` bytes;
 * errors of the system as they come.
 */
export const withRegular = <T>(path: string, largest: number, use: (file: RegularFile) => T): T => {
  const file = openSync(path, reading);
  try {
    const facts = fstatSync(file);
    check(path, facts, largest);
    const read = (target: Uint8Array, position: number): number => {
      const wanted = Math.max(0, Math.min(target.length, facts.size - position));
      let done = 0;
      for (let count = 1; done < wanted && count > 0; done += count)
        count = readSync(file, target, done, wanted - done, position + done);
      return done;
    };
    return use({ facts, read });
  } finally {
    closeSync(file);
  }
};

/** Reads a regular file. Errors as of `withRegular`. */
export const readBounded = (path: string, largest: number): BoundedFile =>
  withRegular(path, largest, ({ facts, read }) => {
    const bytes = Buffer.alloc(facts.size);
    return { bytes: bytes.subarray(0, read(bytes, 0)), stamp: stampOf(facts) };
  });

/** A regular file as text. Errors as of `withRegular`; what is not UTF-8 is U+FFFD. */
export const readBoundedText = (path: string, largest: number): string => readBounded(path, largest).bytes.toString();

/** The last bytes of a regular file as text; nothing where there is none that can be read. */
export const lastText = (path: string, bytes: number): string => {
  try {
    return withRegular(path, Number.POSITIVE_INFINITY, ({ facts, read }) => {
      const end = Buffer.alloc(Math.min(facts.size, bytes));
      return end.toString("utf8", 0, read(end, facts.size - end.length));
    });
  } catch {
    return "";
  }
};

/** A regular file that the caller closes, with its size in bytes. Errors as of `withRegular`. */
export const openRegular = async (
  path: string,
  largest = Number.POSITIVE_INFINITY,
): Promise<{ readonly file: FileHandle; readonly size: number }> => {
  const file = await open(path, reading);
  try {
    const facts = await file.stat();
    check(path, facts, largest);
    return { file, size: facts.size };
  } catch (error) {
    await file.close();
    throw error;
  }
};

/** The bytes of a regular file, piece by piece. Errors as of `withRegular`. */
export async function* fileBytes(path: string, largest = Number.POSITIVE_INFINITY): AsyncGenerator<Buffer> {
  const { file, size } = await openRegular(path, largest);
  try {
    for (let position = 0; position < size;) {
      const piece = Buffer.alloc(Math.min(pieceBytes, size - position));
      const { bytesRead } = await file.read(piece, 0, piece.length, position);
      if (bytesRead === 0) return;
      position += bytesRead;
      yield piece.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

/** The sha256 of a regular file, in hexadecimal. Errors as of `withRegular`. */
export const fileHash = async (path: string): Promise<string> => {
  const hash = createHash("sha256");
  for await (const piece of fileBytes(path)) hash.update(piece);
  return hash.digest("hex");
};
