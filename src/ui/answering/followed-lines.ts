/** Lines of a file that grows while it is read, may be cut back, and may be gone the next time. */
import { withRegular } from "../../files/regular-file.ts";

/** Most bytes that are read at once. */
const pieceBytes = 2 ** 20;

/** So many bytes before the place that was read to must be what they were: else the file is another. */
const rememberedBytes = 64;

const lineEnd = 10;

/** Who gets the lines. */
export interface LineReader {
  /** A whole line, without its end, and where in the file it begins. */
  readonly take: (text: string, offset: number) => void;
  /** A line that is too long to be read. */
  readonly tooLong: () => void;
  /** What was given so far no longer counts: the file is another, or was cut back. */
  readonly restart: () => void;
}

/** Reads on from where it was each time that it is asked. */
export class FollowedLines {
  readonly #path: string;
  readonly #longest: number;
  readonly #reader: LineReader;
  /** After the last whole line. */
  #offset = 0;
  #remembered = Buffer.alloc(0);
  #skipping = false;

  /** A line of more than `longest` bytes is not read. */
  constructor(path: string, longest: number, reader: LineReader) {
    this.#path = path;
    this.#longest = longest;
    this.#reader = reader;
  }

  /** Bytes of whole lines that were read. */
  get offset(): number {
    return this.#offset;
  }

  /** Gives the lines that are new; all of them where the file is another than before; none where there is none. */
  refresh(): void {
    try {
      withRegular(this.#path, Number.POSITIVE_INFINITY, ({ facts, read }) => {
        if (!this.#goesOn(facts.size, read)) this.#restart();
        while (this.#offset < facts.size && this.#readPiece(read, facts.size - this.#offset)) {
          // Piece after piece, until the rest holds no whole line.
        }
      });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
      if (this.#offset > 0) this.#restart();
    }
  }

  #goesOn(size: number, read: (target: Uint8Array, position: number) => number): boolean {
    if (size < this.#offset) return false;
    const before = Buffer.alloc(this.#remembered.length);
    read(before, this.#offset - before.length);
    return before.equals(this.#remembered);
  }

  #restart(): void {
    this.#offset = 0;
    this.#remembered = Buffer.alloc(0);
    this.#skipping = false;
    this.#reader.restart();
  }

  /** Reads one piece; false where it has no end of a line, and nothing more can be read now. */
  #readPiece(read: (target: Uint8Array, position: number) => number, left: number): boolean {
    const piece = Buffer.allocUnsafe(Math.min(left, Math.max(pieceBytes, this.#longest + 1)));
    const bytes = piece.subarray(0, read(piece, this.#offset));
    let start = 0;
    for (let end = bytes.indexOf(lineEnd); end !== -1; end = bytes.indexOf(lineEnd, start)) {
      this.#give(bytes, start, end);
      start = end + 1;
    }
    // What is too long is passed over in pieces, and is no line.
    const passed = start === 0 && bytes.length > this.#longest ? bytes.length : start;
    if (passed > start) this.#skipping = true;
    if (passed === 0) return false;
    this.#offset += passed;
    const remembered = bytes.subarray(Math.max(0, passed - rememberedBytes), passed);
    this.#remembered = Buffer.from(remembered);
    return true;
  }

  #give(bytes: Buffer, start: number, end: number): void {
    if (this.#skipping || end - start > this.#longest) this.#reader.tooLong();
    else this.#reader.take(bytes.toString("utf8", start, end), this.#offset + start);
    this.#skipping = false;
  }
}
