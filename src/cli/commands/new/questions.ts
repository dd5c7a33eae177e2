/** The questions of `retort new`: what flags have not said yet. */
import { InvalidArgumentError } from "commander";
import { rungs, type RungName } from "../../../experiments/file/rungs.ts";
import { promptFacts } from "../../../experiments/inputs/prompt-facts.ts";
import { defined } from "../../../optional/defined.ts";
import { modelFrom, promptsFile, usual, type Said, usualRung } from "./answers.ts";
import { comparing, independent } from "./offered-rewards.ts";
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

const whichPrompts = async ({ choose, write }: Questions): Promise<string | undefined> => {
  const task = await choose(
    "Task",
    [
      { value: "arithmetic", name: "sums, worked out step by step: nothing is needed" },
      { value: "prompts", name: "prompts of your own: JSON lines, CSV or Parquet" },
    ],
    "arithmetic",
  );
  return task === "arithmetic" ? undefined : write("File of prompts", promptsFile);
};

/** What is known of the data. */
interface Known {
  readonly said: Said;
  /** False for prompts without references. */
  readonly answered: boolean;
}

/** The data; where its keys say nothing of a prompt, what prompts and references are made of is asked. */
const dataOf = async (said: Said, questions: Questions): Promise<Known> => {
  const prompts = said.prompts ?? (await whichPrompts(questions));
  if (prompts === undefined) return { said, answered: true };
  const given = defined({ prompt: said.prompt, reference: said.reference });
  try {
    return { said: { ...said, prompts }, answered: (await promptFacts(prompts, given)).answered };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    // What is wrong beside the keys is said again when the answers are complete.
    if (said.prompt !== undefined) return { said: { ...said, prompts }, answered: true };
    const prompt = await questions.write(`${error.message}\nWhat a prompt is made of`, () => true);
    const reference =
      said.reference ?? (await questions.write("What a reference is made of (none: empty)", () => true, ""));
    const made = defined({ prompt, reference: reference === "" ? undefined : reference });
    return { said: { ...said, prompts, ...made }, answered: "reference" in made };
  }
};

const models = async (file: string, { said, answered }: Known, { choose, write }: Questions): Promise<Said> => {
  const readModel = (text: string): unknown => modelFrom(file, text);
  const titled = (Object.keys(rungs) as RungName[]).map((value) => ({ value, name: rungs[value].title }));
  const rung = said.rung ?? (await choose("What does the student learn from?", titled, usualRung(answered, said)));
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
  const data = await dataOf(said, questions);
  const known = await models(file, data, questions);
  const { rung = usual.rung } = known;
  const offered = [...(data.answered ? comparing : []), ...independent].map((value) => ({ value, name: value }));
  const first = data.answered ? usual.reward : "module";
  const asksReward = rungs[rung].reward && said.reward === undefined;
  const reward = asksReward ? { reward: await choose<string>("Reward", offered, first) } : {};
  return {
    ...known,
    ...reward,
    steps: said.steps ?? wholeSteps(await write("Steps", wholeSteps, String(usual.steps))),
    sweep: said.sweep ?? (await agree(rung === "rl-gkd" ? "A sweep over alpha and seeds?" : "A sweep over seeds?")),
    question: said.question ?? (await write("The question that it is to answer", () => true, rungs[rung].question)),
  };
};
