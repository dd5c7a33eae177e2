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
  /** Its share of all mutations beside the others'; less than 1 where a reading takes longer than theirs. Default 1. */
  readonly weight?: number;
  /** True of one that leaves out what is damaged, and so may refuse nothing. */
  readonly lenient?: true;
  /** Most bytes of memory that its process may ever take, libraries and threads included. Default 1 GiB. */
  readonly resident?: number;
  /** Ends and removes what readings have started and written. */
  readonly close?: () => Promise<void>;
}

/** Most bytes of memory of a process that reads. */
export const mostResident = ({ resident = 2 ** 30 }: FuzzedReader): number => resident;

/** Of how many mutations each reader gets how many, by its weight; at least one. */
export const shares = (readers: readonly FuzzedReader[], count: number): readonly number[] => {
  const weights = readers.map(({ weight = 1 }) => weight);
  const sum = weights.reduce((all, weight) => all + weight, 0);
  return weights.map((weight) => Math.max(1, Math.ceil((count * weight) / sum)));
};

/** The whole file is JSON. */
export const wholeText: JsonPart = {
  text: (bytes) => new TextDecoder().decode(bytes),
  withText: (_, text) => new TextEncoder().encode(text),
};

/** Texts of JSON, between commas outside of all that is inside of them; what is no JSON may be cut anywhere. */
const items = (list: string): string[] => {
  const found: string[] = [];
  let [depth, start, inText] = [0, 0, false];
  for (let at = 0; at <= list.length; at += 1) {
    const character = list[at];
    if (character === '"') inText = !inText;
    else if (inText) at += character === "\\" ? 1 : 0;
    else if (character === "[" || character === "{") depth += 1;
    else if (character === "]" || character === "}") depth -= 1;
    if (character !== undefined && (inText || depth > 0 || character !== ",")) continue;
    found.push(list.slice(start, at));
    start = at + 1;
  }
  return found;
};

const linesPart = (read: (lines: readonly string[]) => readonly string[], write: (lines: readonly string[]) => string): JsonPart => ({
  text: (bytes) => `[${read(new TextDecoder().decode(bytes).split("\n")).join(",")}]`,
  withText: (_, text) => new TextEncoder().encode(write(items(text.slice(1, -1)))),
});

/** Each line is JSON. */
export const jsonLines: JsonPart = linesPart(
  (lines) => lines.filter((line) => line !== ""),
  (lines) => lines.map((line) => `${line}\n`).join(""),
);

/** Each line but the first is JSON with a comma after it, as in a trace. */
export const traceLines: JsonPart = linesPart(
  (lines) => lines.slice(1).flatMap((line) => (line === "" ? [] : [line.replace(/,$/u, "")])),
  (lines) => `[\n${lines.map((line) => `${line},\n`).join("")}`,
);
