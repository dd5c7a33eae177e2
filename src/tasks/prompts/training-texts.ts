/** The texts of a file of prompts that a tokenizer is trained on: of training lines, and not of those held out. */
import { plainWriter } from "../../tokenizers/plain-chat.ts";
import { trainingLimits } from "../../tokenizers/train.ts";
import { readJsonLines } from "./json-lines.ts";
import { readPromptLine, type PromptLine } from "./prompt-lines.ts";
import { shapeRow, type RowTemplates } from "./row-template.ts";
import { checkEnough, numberOf, type SplitSizes } from "./splits.ts";

/** A file, and what its prompts are made of. */
export interface TextFile {
  readonly file: string;
  readonly templates: RowTemplates;
}

/** Reads the lines of a file, conversations in the plain template, until `each` returns `false`. */
const readLines = ({ file, templates }: TextFile, each: (line: PromptLine) => unknown): void => {
  readJsonLines(file, (value, location) =>
    each(readPromptLine(shapeRow(value, location, templates), location, plainWriter)),
  );
};

const textsOf = ({ text, reference, rejected }: PromptLine): readonly string[] =>
  [text, reference, rejected].filter((each) => each !== undefined);

const charactersOf = (texts: readonly string[]): number => texts.reduce((sum, { length }) => sum + length, 0);

const checkAny = (file: string, texts: readonly string[]): readonly string[] => {
  if (texts.length > 0) return texts;
  throw new RangeError(
    `${file}: expected lines that are not held out, to train the tokenizer on, got none; lower "test"`,
  );
};

/** What is left of a file when lines are held back. */
export interface LeftTexts {
  /** Prompts and completions. */
  readonly texts: readonly string[];
  /** True for a prompt that is among the lines that are held back. */
  readonly isHeldBack: (prompt: string) => boolean;
}

/** Texts of one file of which some lines are held out. */
export interface DividedTexts {
  /** What is left without the `count` lines with the lowest numbers. */
  readonly without: (count: number) => LeftTexts;
  /** How many lines have to be held back so that these prompts are among them. */
  readonly heldBackWith: (prompts: readonly { readonly text: string }[]) => number;
}

/**
 * Texts of a file, of which no more are kept than a tokenizer is trained on. `RangeError` for too few lines, and as
 * `readPromptLine`.
 */
export const dividedTexts = (source: TextFile, sizes: SplitSizes): DividedTexts => {
  const { train, seed } = sizes;
  const numbers: number[] = [];
  const kept: { readonly number: number; readonly texts: readonly string[] }[] = [];
  let characters = 0;
  readLines(source, (line) => {
    const number = numberOf(line.text, seed);
    numbers.push(number);
    if (characters >= trainingLimits.characters) return;
    const texts = textsOf(line);
    characters += charactersOf(texts);
    kept.push({ number, texts });
  });
  checkEnough(source.file, numbers.length, sizes);
  const sorted = Float64Array.from(numbers).toSorted();
  return {
    without(count) {
      const last = sorted[Math.min(count, sorted.length) - 1]!;
      const left = kept.filter(({ number }) => number > last).slice(0, train);
      const texts = left.flatMap((each) => each.texts);
      return { texts: checkAny(source.file, texts), isHeldBack: (prompt) => numberOf(prompt, seed) <= last };
    },
    heldBackWith(prompts) {
      const highest = prompts.reduce((most, { text }) => Math.max(most, numberOf(text, seed)), 0);
      return sorted.reduce((count, number) => count + Number(number <= highest), 0);
    },
  };
};

/** Texts of a file whose held-out lines are in another one: of lines whose prompts are not there. Errors alike. */
export const apartTexts = (source: TextFile, held: TextFile, { train = Infinity }: SplitSizes): readonly string[] => {
  const but = new Set<string>();
  readLines(held, ({ text }) => but.add(text));
  const texts: string[] = [];
  let [lines, characters] = [0, 0];
  readLines(source, (line) => {
    if (but.has(line.text)) return true;
    const own = textsOf(line);
    texts.push(...own);
    lines += 1;
    characters += charactersOf(own);
    return lines < train && characters < trainingLimits.characters;
  });
  return checkAny(source.file, texts);
};

/** Texts of all lines of a file, up to what a tokenizer is trained on. Errors as of `readPromptLine`. */
export const allTexts = (source: TextFile): readonly string[] => {
  const texts: string[] = [];
  let characters = 0;
  readLines(source, (line) => {
    const own = textsOf(line);
    texts.push(...own);
    characters += charactersOf(own);
    return characters < trainingLimits.characters;
  });
  return texts;
};
