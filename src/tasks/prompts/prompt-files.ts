/** Files of prompts: read line by line, each line made into a prompt, and what cannot be used refused or left out. */
import { createHash } from "node:crypto";
import type { Tokenizer } from "../../tokenizers/tokenizer.ts";
import { readJsonLines } from "./json-lines.ts";
import { fit, type CountedLine, type LineLengths, type Unfit } from "./line-lengths.ts";
import { readPromptLine, type PromptLine, type Writer } from "./prompt-lines.ts";
import { shapeRow, type RowTemplates } from "./row-template.ts";

/** How a file is read. */
export interface PromptReading {
  readonly tokenizer: Tokenizer & Writer;
  readonly templates: RowTemplates;
  /** Further keys whose texts every line has. */
  readonly fields: readonly string[] | undefined;
  readonly limits: LineLengths;
  readonly unfit: Unfit;
}

/** Which of its lines are wanted. */
export interface WantedLines {
  /** Prompts that are passed over. */
  readonly but: ReadonlySet<string>;
  /** Reading ends with so many; all when left out. */
  readonly most?: number;
}

/** What a file holds. */
export interface PromptFile {
  readonly lines: readonly CountedLine[];
  /** sha256 of what was read of it, in hexadecimal. */
  readonly content: string;
}

/** sha256 of what was read, by those of the files: the file's own, or that of two. */
export const contentOf = ([a = "", b]: readonly string[]): string =>
  b === undefined ? a : createHash("sha256").update(a).update(b).digest("hex");

/** `RangeError` for what some lines have and others have not. */
export const checkAlike = (line: PromptLine, first: PromptLine): void => {
  for (const key of ["reference", "tests", "rejected"] as const) {
    if ((line[key] === undefined) === (first[key] === undefined)) continue;
    const [here, there] = line[key] === undefined ? ["none", "has some"] : ["some", "has none"];
    throw new RangeError(
      `${line.location}: expected "${key}" in all lines or in none, got ${here}, and ${first.location} ${there}`,
    );
  }
};

/**
 * Reads the lines of a file of JSON lines. `RangeError` with the location for what `readJsonLines` and `readPromptLine`
 * refuse, for lines that are not alike, and, unless unfit lines are left out, for one that is too long and for a prompt
 * that occurs twice without two completions to compare.
 */
export const readPromptFile = (
  path: string,
  reading: PromptReading,
  { but, most = Infinity }: WantedLines,
): PromptFile => {
  const { tokenizer, templates, fields, limits, unfit } = reading;
  const lines: CountedLine[] = [];
  const seen = new Map<string, string>();
  const add = (line: CountedLine): void => {
    const { text, location, rejected } = line;
    if (but.has(text)) return;
    const before = seen.get(text);
    if (before !== undefined && rejected === undefined) {
      if (unfit !== "refuse") return;
      throw new RangeError(
        `${location}: expected different prompts, got that of ${before} again; keep one of them, or set "unfit"`,
      );
    }
    seen.set(text, location);
    checkAlike(line, lines[0] ?? line);
    lines.push(line);
  };
  const content = readJsonLines(path, (value, location) => {
    const line = fit(
      readPromptLine(shapeRow(value, location, templates), location, tokenizer, fields),
      tokenizer,
      limits,
      unfit,
    );
    if (line !== undefined) add(line);
    return lines.length < most;
  });
  if (lines.length === 0) throw new RangeError(`${path}: expected at least one prompt, got none`);
  return { lines, content };
};
