/** The questions of `retort new`: what flags have not said yet. */
import { InvalidArgumentError } from "commander";
import { rungs, type RungName } from "../../../experiments/file/starting-file.ts";
import { modelFrom, plainRewards, promptsFile, usual, type Said } from "./answers.ts";
import { answered } from "../../display/questions.ts";

const AGAIN = "asks again, and nothing was written";

/** True for an answer that `read` takes, else what it expected. */
const fits = (read: (text: string) => unknown) => (text: string) => {
  try {
    read(text);
    return true;
  } catch (error) {
    if (error instanceof InvalidArgumentError) return error.message;
    throw error;
  }
};

/** Where a person is asked, and answers: on this process's input unless another is given. */
export interface Streams {
  readonly input?: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
}

/** The kinds of questions. Each gives the answer, or throws an `InterruptedError` for Ctrl-C. */
interface Questions {
  readonly choose: <T extends string>(
    message: string,
    choices: readonly { value: T; name: string }[],
    first: T,
  ) => Promise<T>;
  /** Asks again until `read` takes the text without an `InvalidArgumentError`. */
  readonly write: (message: string, read: (text: string) => unknown, first?: string) => Promise<string>;
  readonly agree: (message: string) => Promise<boolean>;
}

const questionsOn = async (streams: Streams): Promise<Questions> => {
  const { confirm, input, select } = await import("@inquirer/prompts");
  return {
    choose: (message, choices, first) => answered(select({ message, choices, default: first }, streams), AGAIN),
    write: (message, read, first) => {
      const otherwise = first === undefined ? { required: true } : { default: first };
      return answered(input({ message, validate: fits(read), ...otherwise }, streams), AGAIN);
    },
    agree: (message) => answered(confirm({ message, default: false }, streams), AGAIN),
  };
};

const wholeSteps = (text: string): number => {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new InvalidArgumentError("expected a whole number from 1");
};

const ownPrompts = async ({ choose, write }: Questions): Promise<{ prompts?: string }> => {
  const task = await choose(
    "Task",
    [
      { value: "arithmetic", name: "sums, worked out step by step: nothing is needed" },
      { value: "prompts", name: "prompts of your own: a file of one JSON object a line" },
    ],
    "arithmetic",
  );
  return task === "arithmetic" ? {} : { prompts: await write("File of prompts", promptsFile) };
};

const models = async (file: string, said: Said, { choose, write }: Questions): Promise<Said> => {
  const readModel = (text: string): unknown => modelFrom(file, text);
  const titled = (Object.keys(rungs) as RungName[]).map((value) => ({ value, name: rungs[value].title }));
  const rung = said.rung ?? (await choose("What does the student learn from?", titled, usual.rung));
  const asksTeacher = rungs[rung].teacher && said.teacher === undefined;
  const teacher = asksTeacher
    ? {
        teacher: await write(
          "Teacher: layers x width of one that is trained first, or a checkpoint",
          readModel,
          usual.teacher,
        ),
      }
    : {};
  const student = said.student ?? (await write("Student: layers x width, or a checkpoint", readModel, usual.student));
  return { ...said, rung, student, ...teacher };
};

/** Asks for what was not said. `InterruptedError` for Ctrl-C. */
export const askRest = async (file: string, said: Said, streams: Streams): Promise<Said> => {
  const questions = await questionsOn(streams);
  const { choose, write, agree } = questions;
  const task = said.prompts === undefined ? await ownPrompts(questions) : {};
  const known = await models(file, { ...said, ...task }, questions);
  const { rung = usual.rung } = known;
  const rewards = plainRewards.map((value) => ({ value, name: value }));
  const asksReward = rungs[rung].reward && said.reward === undefined;
  const reward = asksReward ? { reward: await choose("Reward", rewards, usual.reward) } : {};
  return {
    ...known,
    ...reward,
    steps: said.steps ?? wholeSteps(await write("Steps", wholeSteps, String(usual.steps))),
    sweep: said.sweep ?? (await agree(rung === "rl-gkd" ? "A sweep over alpha and seeds?" : "A sweep over seeds?")),
    question: said.question ?? (await write("The question that it is to answer", () => true, rungs[rung].question)),
  };
};
