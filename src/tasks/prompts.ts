/** Prompts from a file: one JSON object a line, with a reference where there is a right answer. */
import { resolve } from "node:path";
import { Type } from "@sinclair/typebox";
import { define } from "../plugins/definition.ts";
import { stream } from "../random/stream.ts";
import { promptIds } from "../tokenizers/prompt-ids.ts";
import { tokenizerFromJSON } from "../tokenizers/read.ts";
import type { Tokenizer } from "../tokenizers/tokenizer.ts";
import { readJsonLines } from "./json-lines.ts";
import { readPromptLine, type PromptLine } from "./prompt-lines.ts";
import type { Prompt, Task, TaskContext } from "./task.ts";

const parameters = Type.Object(
  {
    path: Type.String({
      minLength: 1,
      description:
        'File of lines { "prompt": "...", "reference": "..." }, or { "messages": [{ "role": "user", "content": "..." }] } for a model with a chat template, relative to the experiment file. All have a reference or none, "tests" (a list of programs that check the code asked for) or none, and a worse completion or none: { "prompt": "...", "chosen": "...", "rejected": "..." }. Of other keys those are read that "fields" names.',
    }),
    test: Type.Integer({ default: 100, minimum: 1, maximum: 1_000_000, description: "Prompts that are held out, drawn by the seed." }),
    train: Type.Optional(
      Type.Integer({ minimum: 1, description: "Training prompts, the first of the others; all of them when left out." }),
    ),
    fields: Type.Optional(
      Type.Array(Type.String({ pattern: "^[A-Za-z_][A-Za-z0-9_-]{0,63}$" }), {
        minItems: 1,
        maxItems: 64,
        description:
          "Further keys, whose text every line has: for teachers that read more than the student (context), or are chosen by one of them (by).",
      }),
    ),
    promptTokens: Type.Integer({ default: 512, minimum: 1, maximum: 1_000_000, description: "A prompt of more tokens is refused." }),
    completionTokens: Type.Integer({
      default: 256,
      minimum: 1,
      maximum: 1_000_000,
      description:
        "A reference of more tokens, with its end-of-sequence, is refused. Without references it is where completions are cut, unless rollouts.maxNewTokens says otherwise.",
    }),
    tokenizer: Type.Optional(
      Type.Object(
        {
          checkpoint: Type.String({
            minLength: 1,
            description: "A folder or a file, relative to the experiment file, or a name of the HuggingFace Hub.",
          }),
        },
        {
          additionalProperties: false,
          description: "Whose tokens are used; the student's when left out, which must then come from a checkpoint.",
        },
      ),
    ),
  },
  { additionalProperties: false },
);

/** `RangeError` for what some lines have and others have not. */
const checkAlike = (line: PromptLine, first: PromptLine): void => {
  for (const key of ["reference", "tests", "rejected"] as const) {
    if ((line[key] === undefined) === (first[key] === undefined)) continue;
    const [here, there] = line[key] === undefined ? ["none", "has some"] : ["some", "has none"];
    throw new RangeError(`${line.place}: expected "${key}" in all lines or in none, got ${here}, and ${first.place} ${there}`);
  }
};

/** `RangeError` for a prompt that stands twice, unless each time with two completions to compare, and for lines that are not alike. */
const checkLines = (path: string, lines: readonly PromptLine[]): void => {
  const [first] = lines;
  if (first === undefined) throw new RangeError(`${path}: expected at least one prompt, got none`);
  const seen = new Map<string, string>();
  for (const line of lines) {
    const { text, place } = line;
    const before = seen.get(text);
    if (before !== undefined && line.rejected === undefined)
      throw new RangeError(`${place}: expected different prompts, got that of ${before} again; keep one of them`);
    seen.set(text, place);
    checkAlike(line, first);
  }
};

/** What `encode` refuses is refused with the place. */
const counted = (place: string, count: () => number): number => {
  try {
    return count();
  } catch (error) {
    if (error instanceof RangeError) error.message = `${place}: ${error.message}`;
    throw error;
  }
};

/** Most tokens of a prompt, and of a reference with its end. `RangeError` for one that is longer than it may be. */
const longestOf = (lines: readonly PromptLine[], tokenizer: Tokenizer, limits: Task["longest"]): Task["longest"] => {
  const longest = { prompt: 0, completion: lines[0]?.reference === undefined ? limits.completion : 0 };
  const ends = (completion: string | undefined): number => (completion === undefined ? 0 : tokenizer.encode(completion).length + 1);
  for (const { text, reference, rejected, place } of lines) {
    const counts = {
      prompt: counted(place, () => promptIds(tokenizer, text).length),
      completion: counted(place, () => Math.max(ends(reference), ends(rejected))),
    };
    for (const [key, count] of Object.entries(counts) as [keyof typeof longest, number][]) {
      if (count > limits[key]) {
        throw new RangeError(
          `${place}: expected a ${key} of at most ${limits[key]} tokens, got ${count}; raise "${key}Tokens", or leave the line out`,
        );
      }
      longest[key] = Math.max(longest[key], count);
    }
  }
  return longest;
};

/**
 * The lines that are tested on: those whose own number, drawn by the seed and the text, is lowest; so the order of the file does not matter, but among lines of one
 * prompt.
 */
const heldOut = (lines: readonly PromptLine[], count: number, seed: number): PromptLine[] =>
  lines
    .map((line) => ({ line, number: stream(seed, "task", "prompts", line.text)() }))
    .toSorted((a, b) => a.number - b.number || (a.line.text < b.line.text ? -1 : Number(a.line.text > b.line.text)))
    .slice(0, count)
    .map(({ line }) => line);

/** The others: no prompt that is tested on is among them. */
const leftOver = (lines: readonly PromptLine[], examined: readonly PromptLine[]): PromptLine[] => {
  const texts = new Set(examined.map(({ text }) => text));
  return lines.filter(({ text }) => !texts.has(text));
};

const promptsOf = (lines: readonly PromptLine[]): Prompt[] =>
  lines.map(({ text, reference = "", tests, rejected, fields }, index) => ({
    index,
    text,
    reference,
    ...(rejected === undefined ? {} : { rejected }),
    ...(tests === undefined ? {} : { tests }),
    ...(fields === undefined ? {} : { fields }),
  }));

const tokenizerOf = (document: unknown): Tokenizer => {
  if (document !== undefined) return tokenizerFromJSON(document);
  throw new RangeError(
    'prompts: expected a tokenizer, got none; take a student from a checkpoint, or add "tokenizer": { "checkpoint": "..." }',
  );
};

/**
 * Prompts of a file of JSON lines. `test` of them are held out: those with the lowest numbers drawn from the seed and the prompt's text, whatever the order of the
 * file; the others are trained on in the order of the file, but for those of the same prompts. Nothing is cut: a prompt or a reference that is too long is refused, with its line, and so is a prompt
 * that stands twice without two completions to compare. A completion is correct when it is the reference, white space around both left aside; every completion is well-formed. Without
 * references nothing is correct.
 */
export const prompts = define({
  type: "prompts",
  summary: "Prompts from a file of JSON lines, with or without references.",
  parameters,
  create({ path, fields, test, train, promptTokens, completionTokens }, { seed, folder = ".", tokenizer: document }: TaskContext): Task {
    const tokenizer = tokenizerOf(document);
    const file = resolve(folder, path);
    const lines: PromptLine[] = [];
    const content = readJsonLines(file, (value, place) => lines.push(readPromptLine(value, place, tokenizer, fields)));
    checkLines(file, lines);
    const needed = test + (train ?? 1);
    if (lines.length < needed) {
      throw new RangeError(
        `${file}: expected at least ${needed} prompts, ${test} of them to test on, got ${lines.length}; lower "test" or "train"`,
      );
    }
    const longest = longestOf(lines, tokenizer, { prompt: promptTokens, completion: completionTokens });
    const examined = heldOut(lines, test, seed);
    const others = leftOver(lines, examined);
    if (others.length < (train ?? 1)) {
      throw new RangeError(`${file}: expected ${train ?? 1} prompts to be left to train on, got ${others.length}; lower "test" or "train"`);
    }
    return {
      name: "prompts",
      tokenizer,
      train: promptsOf(others.slice(0, train)),
      test: promptsOf(examined),
      longest,
      content,
      answered: lines[0]?.reference !== undefined,
      check: ({ reference }, completion) => ({
        correct: lines[0]?.reference !== undefined && completion.trim() === reference.trim(),
        wellFormed: true,
      }),
    };
  },
});
