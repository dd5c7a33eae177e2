/**
 * Files of JSON values, one a line: read piece by piece, in bounded memory, with the number of the line in every error.
 */
import { createHash } from "node:crypto";
import { withRegular, type RegularFile } from "../../files/regular-file.ts";
import { nearPath } from "../../files/near-name.ts";

/** Limits of a file: bytes, bytes of a line, and lines. */
export const jsonLinesLimits = { bytes: 2 ** 31, lineBytes: 2 ** 22, lines: 5_000_000 } as const;

const exampleLine = '{"prompt":"2+3=","reference":"5"}';

const newline = 0x0a;

const decode = (bytes: Uint8Array, location: string): string => {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new RangeError(`${location}: expected UTF-8, got other bytes`);
  }
};

const parse = (text: string, location: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new RangeError(
      `${location}: expected a JSON value, got ${JSON.stringify(text.slice(0, 60))}: ${(error as Error).message}`,
    );
  }
};

const isSystemError = (error: unknown): error is NodeJS.ErrnoException => error instanceof Error && "syscall" in error;

/** `withRegular`, with what is said of a file that is not there. */
const withLines = <T>(path: string, use: (file: RegularFile) => T): T => {
  try {
    return withRegular(path, jsonLinesLimits.bytes, use);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    const near = nearPath(path);
    const { code, message } = error;
    throw new RangeError(
      `${path}: expected a file of JSON lines${near === undefined ? `, such as ${exampleLine}` : ""}, got ` +
        (code === "ENOENT" ? "no file" : `none that can be read: ${message}`) +
        (near === undefined ? "" : `; did you mean ${near}?`),
    );
  }
};

/** The bytes of each line, without its end; the last one may have none. */
function* linesOf(path: string, file: RegularFile, see: (bytes: Uint8Array) => void): Generator<Uint8Array> {
  const chunk = Buffer.alloc(2 ** 16);
  let rest = Buffer.alloc(0);
  let position = 0;
  for (let read = file.read(chunk, position); read > 0; read = file.read(chunk, position)) {
    position += read;
    see(chunk.subarray(0, read));
    let start = 0;
    for (let end = chunk.indexOf(newline); end >= 0 && end < read; end = chunk.indexOf(newline, start)) {
      yield Buffer.concat([rest, chunk.subarray(start, end)]);
      rest = Buffer.alloc(0);
      start = end + 1;
    }
    rest = Buffer.concat([rest, chunk.subarray(start, read)]);
    if (rest.length > jsonLinesLimits.lineBytes)
      throw new RangeError(`${path}: expected lines of at most ${jsonLinesLimits.lineBytes} bytes, got a longer one`);
  }
  yield rest;
}

/**
 * Gives `each` the value of every line that is not blank, with `<path>:<line>` for its errors, until it returns
 * `false`; returns the sha256 of what was read of the file, in hexadecimal. `RangeError` for a file that is not there
 * or above 2 GiB, a line above 4 MiB, more than five million lines, and what is not UTF-8 or not JSON.
 */
export const readJsonLines = (path: string, each: (value: unknown, location: string) => unknown): string =>
  withLines(path, (file) => {
    const hash = createHash("sha256");
    let line = 0;
    for (const bytes of linesOf(path, file, (seen) => hash.update(seen))) {
      line += 1;
      if (line > jsonLinesLimits.lines)
        throw new RangeError(`${path}: expected at most ${jsonLinesLimits.lines} lines, got more`);
      const location = `${path}:${line}`;
      // Some editors begin a file with a mark of its encoding, which the decoder leaves out.
      const text = decode(bytes, location).trim();
      if (text !== "" && each(parse(text, location), location) === false) break;
    }
    return hash.digest("hex");
  });
