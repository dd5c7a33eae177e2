/** What `retort new` is told, by flags or by answers, and what a file is made of then. */
import { existsSync, statSync } from "node:fs";
import { dirname, isAbsolute, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { InvalidArgumentError } from "commander";
import { rungs, type RungName } from "../../../experiments/file/rungs.ts";
import {
  widthStep,
  type StartingAnswers,
  type StartingModel,
  type StartingTask,
} from "../../../experiments/file/starting-file.ts";
import { readCheckpoints } from "../../../experiments/inputs/checkpoints.ts";
import { promptFacts } from "../../../experiments/inputs/prompt-facts.ts";
import { defined } from "../../../optional/defined.ts";
import { layerParameterCount } from "../../../policies/initialize.ts";
import { comparing, independent, offeredReward } from "./offered-rewards.ts";

/** What was said; what was not is asked, or has its default. */
export interface Said {
  /** A file of prompts. */
  readonly prompts?: string;
  /** What a prompt is made of, and a reference, where its rows have other keys. */
  readonly prompt?: string;
  readonly reference?: string;
  readonly rung?: RungName;
  readonly teacher?: string;
  readonly student?: string;
  readonly tokenizer?: string;
  readonly reward?: string;
  readonly steps?: number;
  readonly sweep?: boolean;
  readonly question?: string;
}

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
    `expected a file of prompts: lines such as { "prompt": "...", "reference": "..." }, CSV or Parquet, got "${path}"`,
  );
};

/** Tokens of the BPE of models that are small. */
const usualVocabulary = 512;

/** Most prompts that are held out, and what share of all they are at most. */
const HELD_OUT = { most: 100, share: 0.2 };

/** How many of so many prompts are held out. */
export const heldOut = (prompts: number): number =>
  Math.max(1, Math.min(HELD_OUT.most, Math.floor(prompts * HELD_OUT.share)));

/** What was told of by a `RangeError` is an answer that does not fit. */
const refusing = async <T>(work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    if (error instanceof RangeError) throw new InvalidArgumentError(error.message);
    throw error;
  }
};

const taskOf = async (file: string, { prompts, prompt, reference }: Said): Promise<StartingTask> => {
  if (prompts === undefined) {
    if (prompt === undefined && reference === undefined) return { type: "arithmetic" };
    throw new InvalidArgumentError(
      "--prompt, --reference: expected --prompts beside them, whose rows they are made of",
    );
  }
  const path = promptsFile(prompts);
  const { rows, templates, answered } = await refusing(() => promptFacts(path, defined({ prompt, reference })));
  if (rows < 2) throw new InvalidArgumentError(`${prompts}: expected at least 2 prompts, one to hold out, got ${rows}`);
  return {
    type: "prompts",
    path: fromFile(file, prompts).replace(/^\.\//u, ""),
    ...templates,
    test: heldOut(rows),
    answered,
  };
};

const isNew = (model: StartingModel): boolean => "layers" in model;

/** With the parameters of a checkpoint's layers, where it is on this machine. */
const measured = async (file: string, model: StartingModel): Promise<StartingModel> => {
  if (!("checkpoint" in model)) return model;
  const { checkpoint } = model;
  const folder = dirname(resolve(file));
  if (!existsSync(resolve(folder, checkpoint))) return model;
  const made = (await readCheckpoints([checkpoint], folder)).get(checkpoint)!;
  if ("message" in made) throw new InvalidArgumentError(made.message);
  return { checkpoint, parameters: layerParameterCount(made.part.policy) };
};

/** The models of a file. */
interface Models {
  readonly rung: RungName;
  readonly teacher: StartingModel;
  readonly student: StartingModel;
}

/** Whose tokens own prompts are in: of a checkpoint that is there, else of a BPE that is trained on them. */
const tokenizerOf = (file: string, said: Said, { rung, teacher, student }: Models): StartingAnswers["tokenizer"] => {
  const models = rungs[rung].teacher ? [student, teacher] : [student];
  const needed = said.prompts !== undefined && models.some(isNew);
  if (said.tokenizer === undefined) {
    if (!needed) return undefined;
    const there = models.find((model) => "checkpoint" in model);
    return there === undefined ? { bpe: usualVocabulary } : { checkpoint: there.checkpoint };
  }
  const named = modelFrom(file, said.tokenizer);
  if (!needed || !("checkpoint" in named)) {
    throw new InvalidArgumentError(
      `--tokenizer: expected a checkpoint, beside --prompts and a new model, got "${said.tokenizer}" beside ` +
        `${said.prompts === undefined ? "sums, which have tokens of their own" : "checkpoints, which have their own"}`,
    );
  }
  return { checkpoint: named.checkpoint };
};

/** `InvalidArgumentError` for sums whose teacher and student have different tokens. */
const checkTokens = ({ rung, teacher, student }: Models): void => {
  if (!rungs[rung].teacher || isNew(teacher) === isNew(student)) return;
  throw new InvalidArgumentError(
    "expected a teacher and a student that are both new, or both checkpoints, for arithmetic: they use the " +
      "same tokens",
  );
};

/** `InvalidArgumentError` for prompts without references where something learns from references. */
const checkUnanswered = (file: string, { rung, teacher }: Models): void => {
  const without = `${file} has no references`;
  const templates = "or say what they are made of by --reference";
  if (rung === "sft") {
    const other = "take --rung supervised-kd with --teacher CHECKPOINT, whose answers the student imitates,";
    throw new InvalidArgumentError(`${without}, which sft learns from; ${other} ${templates}`);
  }
  if (rungs[rung].teacher && isNew(teacher))
    throw new InvalidArgumentError(
      `${without}, which a new teacher is trained on; name one by --teacher CHECKPOINT, take --rung rl, which needs ` +
        `none, ${templates}`,
    );
};

const rewardOf = (said: Said, rung: RungName, answered: boolean): StartingAnswers["reward"] => {
  const type = said.reward ?? (answered ? usual.reward : "module");
  if (said.reward !== undefined && !rungs[rung].reward)
    throw new InvalidArgumentError(`--reward: ${rung} has none; take --rung rl or rl-gkd, or leave it out`);
  if (rungs[rung].reward && !answered && comparing.some((name) => name === type))
    throw new InvalidArgumentError(
      `--reward ${type}: expected references to compare with, got prompts without; take one of ` +
        independent.join(", "),
    );
  return offeredReward(type);
};

/** A new teacher is trained on references; where there are none, and no teacher was named, a reward is left. */
export const usualRung = (answered: boolean, { teacher }: Said): RungName =>
  answered || teacher !== undefined ? usual.rung : "rl";

/** What the file is made of. `InvalidArgumentError` for answers that do not go together. */
export const answersOf = async (file: string, said: Said): Promise<StartingAnswers> => {
  const { steps = usual.steps, sweep = false } = said;
  const task = await taskOf(file, said);
  const answered = task.type === "arithmetic" || task.answered;
  const rung = said.rung ?? usualRung(answered, said);
  if (said.teacher !== undefined && !rungs[rung].teacher)
    throw new InvalidArgumentError(`--teacher: ${rung} has none; take another --rung, or leave it out`);
  const models: Models = {
    rung,
    teacher: modelFrom(file, said.teacher ?? usual.teacher),
    student: await measured(file, modelFrom(file, said.student ?? usual.student)),
  };
  if (task.type === "arithmetic") checkTokens(models);
  else if (!answered) checkUnanswered(said.prompts!, models);
  return {
    schema: fromFile(file, schemaFile),
    question: said.question ?? rungs[rung].question,
    ...models,
    task,
    tokenizer: tokenizerOf(file, said, models),
    reward: rewardOf(said, rung, answered),
    steps,
    sweep,
  };
};
