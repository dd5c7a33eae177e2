/** What is fuzzed: anything that reads bytes of strangers. */

/** Where a file has JSON in it, for edits that keep it JSON. */
export interface JsonPart {
  /** The JSON text, if these bytes have one. */
  readonly text: (bytes: Uint8Array) => string | undefined;
  /** The same bytes with another text, lengths corrected. */
  readonly withText: (bytes: Uint8Array, text: string) => Uint8Array;
}

/** One reader. */
export interface FuzzedReader {
  /** What it is called on the command line. */
  readonly name: string;
  /** Small valid files, from which mutations start. */
  readonly seeds: readonly Uint8Array[];
  readonly json?: JsonPart;
  /** Reads all of a file, or throws a `RangeError`, `SyntaxError`, `TypeError`, or an error of a class of its own, that says what is wrong. */
  readonly read: (bytes: Uint8Array) => unknown;
}

/** The whole file is JSON. */
export const wholeText: JsonPart = {
  text: (bytes) => new TextDecoder().decode(bytes),
  withText: (_, text) => new TextEncoder().encode(text),
};
