/** What `retort new` is told, by flags or by answers, and what a file is made of then. */
import { existsSync, statSync } from "node:fs";
import { dirname, isAbsolute, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { InvalidArgumentError } from "commander";
import {
  rungs,
  widthStep,
  type RungName,
  type StartingAnswers,
  type StartingModel,
} from "../../../experiments/file/starting-file.ts";
import { boundedLines } from "../../../files/bounded-lines.ts";

/** What was said; what was not is asked, or has its default. */
export interface Said {
  readonly prompts?: string;
  readonly rung?: RungName;
  readonly teacher?: string;
  readonly student?: string;
  readonly tokenizer?: string;
  readonly reward?: string;
  readonly steps?: number;
  readonly sweep?: boolean;
  readonly question?: string;
}

/** Rewards that need nothing but their name. */
export const plainRewards = [
  "exact-match",
  "numeric-answer",
  "math-answer",
  "edit-similarity",
  "rouge",
  "bleu",
  "chrf",
] as const;

/** What holds where nothing is said. */
export const usual = {
  rung: "rl-gkd",
  teacher: "2x64",
  student: "2x48",
  reward: "exact-match",
  steps: 300,
} as const satisfies Said;

const schemaFile = fileURLToPath(new URL("../../../../schema/experiment.json", import.meta.url));

/** A path as a file beside others names it. */
const fromFile = (file: string, path: string): string => {
  const near = relative(dirname(resolve(file)), resolve(path));
  // On Windows there is no way from one drive to another.
  if (isAbsolute(near)) return near;
  const plain = near.split(sep).join("/");
  return plain.startsWith(".") ? plain : `./${plain}`;
};

const sizeOf = (text: string): StartingModel | undefined => {
  const [, layers, width] = /^(\d{1,3})x(\d{1,5})$/u.exec(text) ?? [];
  if (layers === undefined || width === undefined) return undefined;
  const [l, w] = [Number(layers), Number(width)];
  if (l < 1 || w < widthStep || w % widthStep !== 0) {
    throw new InvalidArgumentError(
      `expected layers x width such as 2x64, the width a multiple of ${widthStep}, got "${text}"`,
    );
  }
  return { layers: l, width: w };
};

/**
 * A size such as `2x64`, or a checkpoint: a path from here, or a name of the Hub. `InvalidArgumentError` for neither.
 */
export const modelFrom = (file: string, text: string): StartingModel => {
  const name = text.trim();
  if (name === "") throw new InvalidArgumentError("expected a size such as 2x64 or a checkpoint, got nothing");
  return sizeOf(name) ?? { checkpoint: existsSync(name) ? fromFile(file, name) : name };
};

/** The same text when it names a file of prompts. `InvalidArgumentError` when there is none. */
export const promptsFile = (path: string): string => {
  if (statSync(path, { throwIfNoEntry: false })?.isFile() === true) return path;
  throw new InvalidArgumentError(
    `expected a file of lines such as { "prompt": "...", "reference": "..." }, got "${path}"`,
  );
};

/** Tokens of the BPE of models that are small. */
const usualVocabulary = 512;

/** Longest line of a file of prompts, in bytes. */
const LONGEST = 2 ** 20;

/** Most prompts that are held out, and what share of all they are at most. */
const HELD_OUT = { most: 100, share: 0.2 };

const taskOf = async (file: string, { prompts }: Said): Promise<StartingAnswers["task"]> => {
  if (prompts === undefined) return { type: "arithmetic" };
  let lines = 0;
  for await (const line of boundedLines(promptsFile(prompts), LONGEST)) if (line.trim() !== "") lines += 1;
  const test = Math.max(1, Math.min(HELD_OUT.most, Math.floor(lines * HELD_OUT.share)));
  return { type: "prompts", path: fromFile(file, prompts).replace(/^\.\//u, ""), test };
};

const isNew = (model: StartingModel): boolean => "layers" in model;

/** Whose tokens own prompts are in: of a checkpoint that is there, else of a BPE that is trained on them. */
const tokenizerOf = (
  named: StartingModel | undefined,
  student: StartingModel,
  teachers: readonly StartingModel[],
): StartingAnswers["tokenizer"] => {
  const tokens = [named, student, ...teachers].find((model) => model !== undefined && "checkpoint" in model);
  if (tokens === undefined || !("checkpoint" in tokens)) return { bpe: usualVocabulary };
  return isNew(student) ? { checkpoint: tokens.checkpoint } : undefined;
};

/** What the file is made of. `InvalidArgumentError` for answers that do not go together. */
export const answersOf = async (file: string, said: Said): Promise<StartingAnswers> => {
  const { rung = usual.rung, reward = usual.reward, steps = usual.steps, sweep = false } = said;
  const [teacher, student] = [
    modelFrom(file, said.teacher ?? usual.teacher),
    modelFrom(file, said.student ?? usual.student),
  ];
  const named = said.tokenizer === undefined ? undefined : modelFrom(file, said.tokenizer);
  if (said.prompts === undefined && rungs[rung].teacher && isNew(teacher) !== isNew(student)) {
    throw new InvalidArgumentError(
      "expected a teacher and a student that are both new, or both checkpoints, for arithmetic: they use the " +
        "same tokens",
    );
  }
  const teachers = rungs[rung].teacher ? [teacher] : [];
  return {
    schema: fromFile(file, schemaFile),
    question: said.question ?? rungs[rung].question,
    rung,
    task: await taskOf(file, said),
    teacher,
    student,
    tokenizer: said.prompts === undefined ? undefined : tokenizerOf(named, student, teachers),
    reward,
    steps,
    sweep,
  };
};
