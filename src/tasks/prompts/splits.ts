/** Which lines of a task's files are trained on and which are tested on. */
import { stream } from "../../random/stream.ts";
import { defined } from "../../optional/defined.ts";
import type { CountedLine } from "./line-lengths.ts";
import { checkAlike, readPromptFile, type PromptReading } from "./prompt-files.ts";

/** What is read, and what is tested on. */
export interface Splits {
  readonly train: readonly CountedLine[];
  readonly test: readonly CountedLine[];
  /** sha256 of what was read of each file, in hexadecimal. */
  readonly files: readonly string[];
}

/** How many of each are asked for. */
export interface SplitSizes {
  readonly test: number;
  readonly train: number | undefined;
  readonly seed: number;
}

/** A file, and how it is read. */
export interface ReadFile {
  readonly file: string;
  readonly reading: PromptReading;
}

/** A prompt's own number in [0, 1), by the seed and its text: those with the lowest are held out. */
export const numberOf = (text: string, seed: number): number => stream(seed, "task", "prompts", text)();

/**
 * The lines that are tested on: those whose own number, drawn by the seed and the text, is lowest; so the order of the
 * file does not matter, but among lines of one prompt.
 */
const heldOut = (lines: readonly CountedLine[], count: number, seed: number): CountedLine[] =>
  lines
    .map((line) => ({ line, number: numberOf(line.text, seed) }))
    .toSorted((a, b) => a.number - b.number || (a.line.text < b.line.text ? -1 : Number(a.line.text > b.line.text)))
    .slice(0, count)
    .map(({ line }) => line);

/** The others: no prompt that is tested on is among them. */
const leftOver = (lines: readonly CountedLine[], tested: readonly CountedLine[]): CountedLine[] => {
  const texts = new Set(tested.map(({ text }) => text));
  return lines.filter(({ text }) => !texts.has(text));
};

/** What to set where there are too few: the most that may be tested on, and half of them where even that is none. */
const lower = (prompts: number, train: number): string => {
  const half = Math.floor(prompts / 2);
  if (half === 0) return "add prompts";
  const most = prompts - train;
  const sizes = most > 0 ? `"test": ${most}` : `"test": ${half}, "train": ${prompts - half}`;
  return `lower "test" or "train", such as ${sizes}`;
};

const leftToTrain = (
  file: string,
  others: readonly CountedLine[],
  train: number | undefined,
): readonly CountedLine[] => {
  if (others.length >= (train ?? 1)) return others.slice(0, train);
  throw new RangeError(
    `${file}: expected ${train ?? 1} prompts to be left to train on, got ${others.length}; ` +
      (others.length > 0 ? `lower "train", such as "train": ${others.length}` : 'add prompts, or lower "test"'),
  );
};

/** `RangeError` for a file of fewer prompts than are held out and trained on. */
export const checkEnough = (file: string, prompts: number, { test, train }: SplitSizes): void => {
  const needed = test + (train ?? 1);
  if (prompts >= needed) return;
  throw new RangeError(
    `${file}: expected at least ${needed} prompts, ${test} of them to test on, got ${prompts}; ` +
      lower(prompts, train ?? 1),
  );
};

/** One file, of which some prompts are held out. `RangeError` for too few, and as `readPromptFile`. */
export const divided = ({ file, reading }: ReadFile, sizes: SplitSizes): Splits => {
  const { lines, content } = readPromptFile(file, reading, { but: new Set() });
  checkEnough(file, lines.length, sizes);
  const tested = heldOut(lines, sizes.test, sizes.seed);
  return { train: leftToTrain(file, leftOver(lines, tested), sizes.train), test: tested, files: [content] };
};

/** Two files; what is tested on is not trained on. `RangeError` for too few, and as `readPromptFile`. */
export const apart = (
  { file, reading }: ReadFile,
  { file: testFile, reading: testReading }: ReadFile,
  { test, train, seed }: SplitSizes,
): Splits => {
  const held = readPromptFile(testFile, testReading, { but: new Set() });
  if (held.lines.length < test) {
    throw new RangeError(
      `${testFile}: expected at least ${test} prompts to test on, got ${held.lines.length}; lower "test"`,
    );
  }
  const tested = heldOut(held.lines, test, seed);
  const most = defined({ most: train });
  const { lines, content } = readPromptFile(file, reading, { but: new Set(tested.map(({ text }) => text)), ...most });
  checkAlike(tested[0]!, lines[0]!);
  return { train: leftToTrain(file, lines, train), test: tested, files: [content, held.content] };
};
