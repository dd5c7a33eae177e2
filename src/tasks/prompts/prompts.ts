/** Prompts from a file: one JSON object a line, with a reference where there is a right answer. */
import { resolve } from "node:path";
import { Type } from "@sinclair/typebox";
import { define, type ParametersOf } from "../../plugins/definition.ts";
import { calculated, finalNumber } from "../chain-calculator.ts";
import { heldOutTemplates, HubData, isForeign, type DataSource } from "./data-source.ts";
import { longestLines, unfitKinds } from "./line-lengths.ts";
import { contentOf } from "./prompt-files.ts";
import type { PromptLine } from "./prompt-lines.ts";
import { rowTemplates, type RowTemplates } from "./row-template.ts";
import { apart, divided, type SplitSizes, type Splits } from "./splits.ts";
import { readTokens, TaskTokenizer, trainedKind, trainedTokens, type TaskTokens } from "./task-tokenizer.ts";
import { apartTexts, dividedTexts, type TextFile } from "./training-texts.ts";
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
        "table with columns instead of keys: Parquet (.parquet), or CSV or TSV whose first line has the names (.csv, " +
        ".tsv). JSON lines and CSV may be packed (.gz).",
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
          "What becomes of a line that is too long, that the tokenizer cannot write, or whose prompt occurred " +
          "before. refuse, as when left out: an error with its location. leave-out: it is not used. cut: a prompt " +
          "that is too long loses its end, other lines are not used.",
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
  tokenizer: Type.Optional(TaskTokenizer),
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

type PromptsValues = ParametersOf<typeof parameters>;

const fileOf = (source: DataSource, templates: RowTemplates, folder: string): TextFile => {
  checkReplacements(templates);
  return { file: linesOf(source, folder), templates };
};

/** A task's prompts, and the tokens that they are written in. */
interface Written extends Splits {
  readonly tokens: TaskTokens;
}

/** Reads the files, with the tokenizer that was given or named, or with one that is trained on them. */
const written = (values: PromptsValues, { seed, folder = ".", tokenizer: document }: TaskContext): Written => {
  const { heldOut: held, fields, test, train, promptTokens, completionTokens, unfit = "refuse" } = values;
  const kind = trainedKind(values.tokenizer);
  const sizes: SplitSizes = { test, train, seed };
  const own = fileOf(values, values, folder);
  const heldFile = held && fileOf(held, heldOutTemplates(values, held), folder);
  const splitBy = (tokens: TaskTokens): Written => {
    const limits = { prompt: promptTokens, completion: completionTokens };
    const readBy = ({ file, templates }: TextFile) => ({
      file,
      reading: { tokenizer: tokens.writer, templates, fields, limits, unfit },
    });
    const splits = heldFile === undefined ? divided(readBy(own), sizes) : apart(readBy(own), readBy(heldFile), sizes);
    return { ...splits, tokens };
  };
  if (document !== undefined || kind === undefined) return splitBy(readTokens(values.tokenizer, document, folder));
  if (unfit === "cut") {
    throw new RangeError(
      'prompts: expected "refuse" or "leave-out" of "unfit" where the tokenizer is trained on the prompts, ' +
        'got "cut"; train one with retort tokenizer train, and name it: "tokenizer": { "path": "tokenizer.json" }',
    );
  }
  if (heldFile !== undefined) return splitBy(trainedTokens(apartTexts(own, heldFile, sizes), kind));
  const texts = dividedTexts(own, sizes);
  // Where lines that do not fit are left out, others are held out for them: those must not be trained on either.
  for (let count = test; ;) {
    const left = texts.without(count);
    const made = splitBy(trainedTokens(left.texts, kind));
    if (made.test.every(({ text }) => left.isHeldBack(text))) return made;
    count = Math.max(texts.heldBackWith(made.test), Math.ceil(count * 1.25));
  }
};

/**
 * Prompts of a file of JSON lines, into which tables and datasets of the Hub are made before (`foreignSources`).
 * `test` of them are held out: those with the lowest numbers drawn from the seed and the prompt's text, whatever the
 * order of the file; the others are trained on in the order of the file, but for those of the same prompts. Those that
 * are held out may have a file of their own. Unless `unfit` says otherwise nothing is cut: a prompt or a reference that
 * is too long is refused, with its line, and so is a prompt that occurs twice without two completions to compare. A
 * completion is correct when it is the reference, white space around both left aside, or as `check` says; every
 * completion is well-formed. Without references nothing is correct. A tokenizer may be trained on what is trained on.
 */
export const prompts = define({
  type: "prompts",
  summary: "Prompts from a file of JSON lines or a table, or from a dataset of the Hub, with or without references.",
  parameters,
  create(values, context: TaskContext): Task {
    const { completionTokens, check = "text" } = values;
    const { tokens, ...splits } = written(values, context);
    const answered = splits.train[0]?.reference !== undefined;
    const all = [...splits.train, ...splits.test];
    const longest = longestLines(all);
    return {
      name: "prompts",
      tokenizer: all.some(({ conversation }) => conversation === true) ? tokens.writer : tokens.tokenizer,
      train: promptsOf(splits.train),
      test: promptsOf(splits.test),
      longest: answered ? longest : { ...longest, completion: completionTokens },
      content: contentOf(splits.files),
      files: [...splits.files, ...(tokens.file === undefined ? [] : [tokens.file])],
      answered,
      check: ({ reference }, completion) => ({
        correct: answered && checks[check](completion, reference),
        wellFormed: true,
      }),
    };
  },
});
