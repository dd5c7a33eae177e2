/** A file of lines that is only added to, and cut back to what was true at a step when a run resumes from there. */
import { closeSync, fsyncSync, ftruncateSync, openSync, readSync, writeFileSync } from "node:fs";

const BLOCK = 2 ** 20;
const NEWLINE = 10;

/** Lines longer than this are not ours. */
const longestLine = 2 ** 28;

/** Every whole line of a file, as bytes, with where it ends. */
function* linesOf(file: number): Generator<{ readonly line: Buffer; readonly end: number }> {
  const block = Buffer.alloc(BLOCK);
  let rest = Buffer.alloc(0);
  let position = 0;
  for (
    let count = readSync(file, block, 0, BLOCK, position);
    count > 0;
    count = readSync(file, block, 0, BLOCK, position)
  ) {
    const start = position - rest.length;
    position += count;
    const bytes = Buffer.concat([rest, block.subarray(0, count)]);
    let from = 0;
    for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, from)) {
      yield { line: bytes.subarray(from, at), end: start + at + 1 };
      from = at + 1;
    }
    rest = Buffer.from(bytes.subarray(from));
    if (rest.length > longestLine)
      throw new RangeError(`expected lines of at most ${longestLine} bytes, got a longer one`);
  }
}

/** An open file. */
export interface LineFile {
  /** Adds text that ends in a newline, all of it or, when the disk is full, a part of it and an error. */
  append(text: string): void;
  /**
   * Cuts the file before the first line that is not to be kept, and before one without its end, as a crash leaves it.
   */
  cut(keep: (line: string) => boolean): void;
  /** Returns when everything is on the disk. */
  secure(): void;
  close(): void;
}

/** Opens a file, or makes it. */
export const openLines = (path: string): LineFile => {
  const file = openSync(path, "a+");
  return {
    append: (text) => writeFileSync(file, text),
    cut(keep) {
      let kept = 0;
      for (const { line, end } of linesOf(file)) {
        if (!keep(line.toString("utf8"))) break;
        kept = end;
      }
      ftruncateSync(file, kept);
    },
    secure: () => fsyncSync(file),
    close: () => closeSync(file),
  };
};
