/**
 * A file to start from: a small experiment of one rung of the ladder, from SFT to RL + on-policy GKD, with comments on
 * what it says.
 */
import { usualLearningRate } from "../../training/recipe/usual-learning-rate.ts";
import type { JsonObject } from "../../files/json.ts";
import { defined } from "../../optional/defined.ts";
import type { Member } from "./json-layout.ts";
import { rungs, type Rung, type RungName } from "./rungs.ts";

/** A decoder that is trained from the start, or a checkpoint by its name. */
export type StartingModel =
  | { readonly layers: number; readonly width: number }
  | {
      readonly checkpoint: string;
      /** Parameters of its layers; nothing where it was not read. */
      readonly parameters?: number | undefined;
    };

/** Sums that are worked out step by step, or a file of prompts, of which `test` are held out. */
export type StartingTask =
  | { readonly type: "arithmetic" }
  | {
      readonly type: "prompts";
      readonly path: string;
      readonly test: number;
      /** What prompts and references are made of, where rows have other keys. */
      readonly prompt?: string;
      readonly reference?: string;
      /** What becomes of rows that cannot be used; refused when left out. */
      readonly unfit?: "leave-out";
      /** False for prompts without references. */
      readonly answered: boolean;
    };

/** Tokens after which completions are cut where no reference says how long they are. */
const COMPLETION = 128;

/** What a file is to say. */
export interface StartingAnswers {
  /** The published schema, as an editor finds it from the file. */
  readonly schema: string;
  readonly question: string;
  readonly rung: RungName;
  readonly task: StartingTask;
  readonly teacher: StartingModel;
  readonly student: StartingModel;
  /** The tokens that a new student and a new teacher use for prompts of one's own. */
  readonly tokenizer?: { readonly checkpoint: string } | { readonly bpe: number } | undefined;
  /** A reward, and what is to be said of it. */
  readonly reward: { readonly value: JsonObject; readonly note?: string };
  readonly steps: number;
  /** True for a sweep over alpha, where the rung has one, and over seeds. */
  readonly sweep: boolean;
}

const adamw = (learningRate: number): JsonObject => ({ type: "adamw", learningRate, beta2: 0.99 });

type NewModel = Extract<StartingModel, { layers: number }>;

const decoder = ({ layers, width }: NewModel): JsonObject => ({ type: "llama", layers, width, heads: 4 });

/** Four heads of an even number of dimensions. */
export const widthStep = 8;

/** Of a decoder's layers: four matrices of attention and three of a feed-forward layer, 12 width^2 together. */
const parametersOf = (model: StartingModel): number =>
  "layers" in model ? 12 * model.layers * model.width ** 2 : (model.parameters ?? Infinity);

const imitating = { rewarded: false, imitating: true };

const isAnswered = (task: StartingTask): boolean => task.type === "arithmetic" || task.answered;

const taskOf = ({ task, tokenizer }: StartingAnswers): JsonObject => {
  if (task.type === "arithmetic")
    return { type: "arithmetic", numbers: [3, 4], range: [1, 9], train: 20_000, test: 500 };
  const { answered, ...values } = task;
  const lengths = answered ? {} : { completionTokens: COMPLETION };
  return { ...values, ...lengths, ...(tokenizer === undefined ? {} : { tokenizer: { ...tokenizer } }) };
};

/** What brings a new teacher to nearly all sums right, and a student to a quarter of them, in about a minute. */
const STEPS = { teacher: 600, start: 400 } as const;

const stage = (model: NewModel, steps: number, parts: JsonObject, data: JsonObject = {}): JsonObject => ({
  student: decoder(model),
  ...parts,
  objective: { type: "sft", average: "token" },
  data: { onPolicyFraction: 0, ...data },
  training: {
    steps,
    optimizer: adamw(usualLearningRate(parametersOf(model), imitating)),
    schedule: { warmup: 50 },
  },
});

/** The student's start: on references, or where there are none on what the teacher writes. */
const startOf = (student: NewModel, task: StartingTask, teacher: JsonObject): Member => {
  const key = "sft-student";
  if (!isAnswered(task)) {
    const value = stage(student, STEPS.start, { teacher }, { offPolicy: "teacher" });
    return {
      key,
      value,
      note: "The student's start: it imitates what the teacher writes, for there are no references.",
    };
  }
  if (task.type === "prompts") return { key, value: stage(student, STEPS.start, {}), note: "The student's start." };
  const note = "The student's start, on few references: right now and then.";
  return { key, value: stage(student, STEPS.start, {}, { examples: 800 }), note };
};

const named = ({ checkpoint }: Exclude<StartingModel, NewModel>): JsonObject => ({ checkpoint });

/** Whether nothing is there that a new student could be started on. */
const isUntaught = (rung: RungName, task: StartingTask): boolean => !rungs[rung].teacher && !isAnswered(task);

/** The stages, and what names the models in the file. */
const modelsOf = ({
  rung,
  task,
  teacher,
  student,
}: StartingAnswers): { stages: Member[]; student: JsonObject; teacher: JsonObject } => {
  const stages: Member[] = [];
  const taught = rungs[rung].teacher;
  const teacherValue = "layers" in teacher ? { stage: "teacher" } : named(teacher);
  if (taught && "layers" in teacher)
    stages.push({
      key: "teacher",
      value: stage(teacher, STEPS.teacher, {}),
      note: "A larger policy on all references.",
    });
  if (!("layers" in student)) return { stages, student: named(student), teacher: teacherValue };
  if (rung === "sft" || isUntaught(rung, task)) return { stages, student: decoder(student), teacher: teacherValue };
  stages.push(startOf(student, task, teacherValue));
  return { stages, student: { stage: "sft-student" }, teacher: teacherValue };
};

const trainingOf = ({ rung, student, steps }: StartingAnswers): JsonObject => {
  const batch = "layers" in student ? 64 : 16;
  const { reward: rewarded, teacher } = rungs[rung];
  const learningRate = usualLearningRate(parametersOf(student), { rewarded, imitating: teacher || !rewarded });
  return { steps, batch, optimizer: adamw(learningRate), schedule: { warmup: Math.min(20, Math.floor(steps / 10)) } };
};

const trainingNote = ({ student }: StartingAnswers): string =>
  "checkpoint" in student && student.parameters === undefined
    ? "The learning rate of the largest student that was measured; retort validate says whether it suits this one."
    : "The learning rate that was found to be good for students of this size.";

const studentNote = ({ rung, task, student }: StartingAnswers): string | undefined =>
  "layers" in student && isUntaught(rung, task)
    ? "Nothing has taught it: it writes at random at first, and learns only from a reward that tells such texts apart."
    : undefined;

const taskNote = (task: StartingTask): string => {
  if (task.type === "arithmetic") return "Sums of three or four one-digit numbers, every step written out.";
  const held = "some are held out for the evaluation";
  if (task.unfit !== undefined) return `Prompts of your own, without those that are too long or stand twice; ${held}.`;
  if (!task.answered)
    return `Prompts of your own, without references; ${held}. completionTokens is where answers are cut.`;
  return `Prompts of your own; ${held}.`;
};

const dataOf = ({ data }: Rung, task: StartingTask): Member => {
  if (isAnswered(task) || data["onPolicyFraction"] === 1) return { key: "data", value: data };
  const note = "There are no references: what the student does not write itself is written by the teacher.";
  return { key: "data", value: { ...data, offPolicy: "teacher" }, note };
};

/** The parts of the file, with what is said of them. */
export const startingParts = (answers: StartingAnswers): readonly Member[] => {
  const { schema, question, reward, sweep, task } = answers;
  const rung: Rung = rungs[answers.rung];
  const models = modelsOf(answers);
  const axes =
    answers.rung === "rl-gkd" ? { "/objective/alpha": [0.25, 0.5, 0.75], "/seed": [0, 1] } : { "/seed": [0, 1, 2] };
  const members: readonly (Member | false)[] = [
    { key: "$schema", value: schema },
    { key: "question", value: question },
    { key: "task", value: taskOf(answers), note: taskNote(task), apart: true },
    models.stages.length > 0 && {
      key: "stages",
      members: models.stages,
      note: "Made once, kept in .retort, and used by every run that starts from them.",
      apart: true,
    },
    { key: "student", value: models.student, ...defined({ note: studentNote(answers) }), apart: true },
    rung.teacher && { key: "teacher", value: models.teacher },
    rung.reward && { key: "rewards", value: [reward.value], ...defined({ note: reward.note }) },
    { key: "objective", value: rung.objective, note: rung.note, apart: true },
    dataOf(rung, task),
    rung.group !== undefined && {
      key: "rollouts",
      value: { group: rung.group },
      note: "Answers to each prompt of a step.",
    },
    { key: "training", value: trainingOf(answers), note: trainingNote(answers), apart: true },
    { key: "evaluation", value: { prompts: task.type === "arithmetic" ? 500 : task.test } },
    sweep && {
      key: "sweep",
      value: { axes },
      note: "retort sweep runs all combinations; retort results --over /seed shows them.",
      apart: true,
    },
  ];
  return members.filter((member) => member !== false);
};
