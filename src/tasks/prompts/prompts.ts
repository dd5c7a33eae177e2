/** Prompts from a file: one JSON object a line, with a reference where there is a right answer. */
import { resolve } from "node:path";
import { Type } from "@sinclair/typebox";
import { define, type ParametersOf } from "../../plugins/definition.ts";
import { stream } from "../../random/stream.ts";
import { tokenizerFromJSON } from "../../tokenizers/read.ts";
import type { Tokenizer } from "../../tokenizers/tokenizer.ts";
import { calculated, finalNumber } from "../chain-calculator.ts";
import { heldOutTemplates, HubData, isForeign, type DataSource } from "./data-source.ts";
import { longestLines, unfitKinds, type CountedLine } from "./line-lengths.ts";
import { checkAlike, contentOf, readPromptFile, type PromptFile, type PromptReading } from "./prompt-files.ts";
import type { PromptLine } from "./prompt-lines.ts";
import { rowTemplates, type RowTemplates } from "./row-template.ts";
import type { Prompt, Task, TaskContext } from "../task.ts";
import { defined } from "../../optional/defined.ts";
import { closedObject } from "../../plugins/closed-object.ts";

const parameters = {
  path: Type.Optional(
    Type.String({
      minLength: 1,
      description:
        'File of lines { "prompt": "...", "reference": "..." }, or { "messages": [{ "role": "user", ' +
        '"content": "..." }] } for a model with a chat template, relative to the experiment file. All have ' +
        'a reference or none, "tests" (a list of programs that check the code asked for) or none, and a ' +
        'worse completion or none: { "prompt": "...", "chosen": "...", "rejected": "..." }. Of other keys ' +
        'those are read that "fields" names, and those of which "prompt" and "reference" are made. Or a ' +
        "Parquet file (.parquet) with columns instead of keys.",
    }),
  ),
  hub: Type.Optional(HubData),
  heldOut: Type.Optional(
    closedObject(
      {
        path: Type.Optional(
          Type.String({ minLength: 1, description: "A file of the same form, relative to the experiment file." }),
        ),
        hub: Type.Optional(HubData),
        ...rowTemplates,
      },
      {
        description:
          "Where the held-out prompts are; among the others when left out. What they are made of is said " +
          "here when they have other keys; what is not said is as for the others.",
      },
    ),
  ),
  ...rowTemplates,
  check: Type.Optional(
    Type.Union([Type.Literal("text"), Type.Literal("number"), Type.Literal("calculator")], {
      description:
        "When a completion is correct. text, as when left out: it is the reference. number: its final " +
        "number is the reference's. calculator: it is after the sums in it were done again by a calculator " +
        "(Wei et al., 2022).",
    }),
  ),
  unfit: Type.Optional(
    Type.Union(
      unfitKinds.map((kind) => Type.Literal(kind)),
      {
        description:
          "What becomes of a line that is too long, or whose prompt occurred before. refuse, as when left " +
          "out: an error with its location. leave-out: it is not used. cut: a prompt that is too long loses " +
          "its end, other lines are not used.",
      },
    ),
  ),
  test: Type.Integer({
    default: 100,
    minimum: 1,
    maximum: 1_000_000,
    description: "Prompts that are held out, drawn by the seed.",
  }),
  train: Type.Optional(
    Type.Integer({
      minimum: 1,
      description: "Training prompts, the first of the others; all of them when left out.",
    }),
  ),
  fields: Type.Optional(
    Type.Array(Type.String({ pattern: "^[A-Za-z_][A-Za-z0-9_-]{0,63}$" }), {
      minItems: 1,
      maxItems: 64,
      description:
        "Further keys, whose text every line has: for teachers that read more than the student (context), " +
        "or are chosen by one of them (by).",
    }),
  ),
  promptTokens: Type.Integer({
    default: 512,
    minimum: 1,
    maximum: 1_000_000,
    description: "A prompt of more tokens is unfit.",
  }),
  completionTokens: Type.Integer({
    default: 256,
    minimum: 1,
    maximum: 1_000_000,
    description:
      "A reference of more tokens, with its end-of-sequence, is unfit. Without references it is where " +
      "completions are cut, unless rollouts.maxNewTokens says otherwise.",
  }),
  tokenizer: Type.Optional(
    closedObject(
      {
        checkpoint: Type.String({
          minLength: 1,
          description: "A folder or a file, relative to the experiment file, or a name of the HuggingFace Hub.",
        }),
      },
      { description: "Whose tokens are used; the student's when left out, which must then come from a checkpoint." },
    ),
  ),
};

/**
 * The lines that are tested on: those whose own number, drawn by the seed and the text, is lowest; so the order of the
 * file does not matter, but among lines of one prompt.
 */
const heldOut = (lines: readonly CountedLine[], count: number, seed: number): CountedLine[] =>
  lines
    .map((line) => ({ line, number: stream(seed, "task", "prompts", line.text)() }))
    .toSorted((a, b) => a.number - b.number || (a.line.text < b.line.text ? -1 : Number(a.line.text > b.line.text)))
    .slice(0, count)
    .map(({ line }) => line);

/** The others: no prompt that is tested on is among them. */
const leftOver = (lines: readonly CountedLine[], tested: readonly CountedLine[]): CountedLine[] => {
  const texts = new Set(tested.map(({ text }) => text));
  return lines.filter(({ text }) => !texts.has(text));
};

const promptsOf = (lines: readonly PromptLine[]): Prompt[] =>
  lines.map(({ text, reference = "", tests, rejected, fields }, index) => ({
    index,
    text,
    reference,
    ...defined({ rejected, tests, fields }),
  }));

/** `RangeError` for replacements without a text to make them in. */
const checkReplacements = ({ prompt, reference, replace }: RowTemplates): void => {
  if (replace !== undefined && prompt === undefined && reference === undefined) {
    throw new RangeError('prompts: expected a template "prompt" or "reference" beside "replace", got neither');
  }
};

const tokenizerOf = (document: unknown): Tokenizer => {
  if (document !== undefined) return tokenizerFromJSON(document);
  throw new RangeError(
    'prompts: expected a tokenizer, got none; take a student from a checkpoint, or add "tokenizer": { ' +
      '"checkpoint": "..." }',
  );
};

/** Where the JSON lines are. `RangeError` for no file or two, and for what is none of JSON lines. */
const linesOf = (source: DataSource, folder: string): string => {
  const { path, hub } = source;
  if ((path === undefined) === (hub === undefined)) {
    throw new RangeError(`prompts: expected "path" or "hub", got ${path === undefined ? "neither" : "both"}`);
  }
  if (path !== undefined && !isForeign(source)) return resolve(folder, path);
  const name = path ?? hub!.dataset;
  throw new RangeError(
    `prompts: expected data that was made into JSON lines, got ${name}; plan the file with prepareExperiment`,
  );
};

/** Whether a completion says what the reference says. */
const checks: Readonly<
  Record<NonNullable<ParametersOf<typeof parameters>["check"]>, (completion: string, reference: string) => boolean>
> = {
  text: (completion, reference) => completion.trim() === reference.trim(),
  number: (completion, reference) => {
    const [said, right] = [finalNumber(completion), finalNumber(reference)];
    return said !== undefined && right !== undefined && Math.abs(said - right) <= 1e-6 * Math.max(1, Math.abs(right));
  },
  calculator: (completion, reference) => checks.number(calculated(completion), reference),
};

/** What is read, and what is tested on. */
interface Splits {
  readonly train: readonly CountedLine[];
  readonly test: readonly CountedLine[];
  /** sha256 of each file. */
  readonly files: readonly string[];
}

/** How many of each are asked for. */
interface Sizes {
  readonly test: number;
  readonly train: number | undefined;
  readonly seed: number;
}

const leftToTrain = (
  file: string,
  others: readonly CountedLine[],
  train: number | undefined,
): readonly CountedLine[] => {
  if (others.length >= (train ?? 1)) return others.slice(0, train);
  throw new RangeError(
    `${file}: expected ${train ?? 1} prompts to be left to train on, got ${others.length}; lower "test" or "train"`,
  );
};

/** One file, of which some prompts are held out. */
const divided = (file: string, { lines, content }: PromptFile, { test, train, seed }: Sizes): Splits => {
  const needed = test + (train ?? 1);
  if (lines.length < needed) {
    throw new RangeError(
      `${file}: expected at least ${needed} prompts, ${test} of them to test on, got ${lines.length}; lower ` +
        `"test" or "train"`,
    );
  }
  const tested = heldOut(lines, test, seed);
  return { train: leftToTrain(file, leftOver(lines, tested), train), test: tested, files: [content] };
};

/** A file, and how it is read. */
interface ReadFile {
  readonly file: string;
  readonly reading: PromptReading;
}

/** Two files; what is tested on is not trained on. */
const apart = (
  { file, reading }: ReadFile,
  { file: testFile, reading: testReading }: ReadFile,
  { test, train, seed }: Sizes,
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

/**
 * Prompts of a file of JSON lines, into which Parquet files and datasets of the Hub are made before (`foreignSources`).
 * `test` of them are held out: those with the lowest numbers drawn from the seed and the prompt's text, whatever the
 * order of the file; the others are trained on in the order of the file, but for those of the same prompts. Those that
 * are held out may have a file of their own. Unless `unfit` says otherwise nothing is cut: a prompt or a reference that
 * is too long is refused, with its line, and so is a prompt that occurs twice without two completions to compare. A
 * completion is correct when it is the reference, white space around both left aside, or as `check` says; every
 * completion is well-formed. Without references nothing is correct.
 */
export const prompts = define({
  type: "prompts",
  summary: "Prompts from a file of JSON lines or a table, or from a dataset of the Hub, with or without references.",
  parameters,
  create(values, { seed, folder = ".", tokenizer: document }: TaskContext): Task {
    const {
      heldOut: held,
      fields,
      test,
      train,
      promptTokens,
      completionTokens,
      unfit = "refuse",
      check = "text",
    } = values;
    const tokenizer = tokenizerOf(document);
    const limits = { prompt: promptTokens, completion: completionTokens };
    const readBy = (source: DataSource, templates: RowTemplates): ReadFile => {
      checkReplacements(templates);
      return { file: linesOf(source, folder), reading: { tokenizer, templates, fields, limits, unfit } };
    };
    const [own, sizes] = [readBy(values, values), { test, train, seed }];
    const splits =
      held === undefined
        ? divided(own.file, readPromptFile(own.file, own.reading, { but: new Set() }), sizes)
        : apart(own, readBy(held, heldOutTemplates(values, held)), sizes);
    const answered = splits.train[0]?.reference !== undefined;
    const longest = longestLines([...splits.train, ...splits.test]);
    return {
      name: "prompts",
      tokenizer,
      train: promptsOf(splits.train),
      test: promptsOf(splits.test),
      longest: answered ? longest : { ...longest, completion: completionTokens },
      content: contentOf(splits.files),
      files: splits.files,
      answered,
      check: ({ reference }, completion) => ({
        correct: answered && checks[check](completion, reference),
        wellFormed: true,
      }),
    };
  },
});
