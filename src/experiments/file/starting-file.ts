/**
 * A file to start from: a small experiment of one rung of the ladder, from SFT to RL + on-policy GKD, with comments on
 * what it says.
 */
import type { JsonObject } from "../../files/json.ts";
import { layout, type Member } from "./json-layout.ts";

/** A rung of the ladder. */
export interface Rung {
  readonly title: string;
  /** What a file of it asks when nothing else is said. */
  readonly question: string;
  readonly teacher: boolean;
  readonly reward: boolean;
  readonly objective: JsonObject;
  readonly data: JsonObject;
  /** Completions of a prompt in a step; nothing where the student answers none. */
  readonly group?: number;
  readonly note: string;
}

/** The rungs by their names, from the first. */
export const rungs = {
  sft: {
    title: "SFT: the student imitates references",
    question: "How far do references alone bring this student?",
    teacher: false,
    reward: false,
    objective: { type: "sft" },
    data: { onPolicyFraction: 0 },
    note: "The log-probability of references. No teacher, no reward.",
  },
  "supervised-kd": {
    title: "supervised KD: it imitates a teacher's probabilities on references",
    question: "What does a teacher's distribution bring beyond its references?",
    teacher: true,
    reward: false,
    objective: { type: "distillation", divergence: { type: "forward-kl" } },
    data: { onPolicyFraction: 0 },
    note: "KL(teacher || student) at every token of the references.",
  },
  "on-policy-kd": {
    title: "on-policy KD: it imitates the teacher on its own answers",
    question: "What does it bring to learn from the teacher on the student's own answers?",
    teacher: true,
    reward: false,
    objective: { type: "distillation", divergence: { type: "forward-kl" } },
    data: { onPolicyFraction: 1 },
    group: 1,
    note: "KL(teacher || student) at every token that the student drew itself.",
  },
  gkd: {
    title: "GKD: half of the steps on its own answers, another divergence",
    question: "Which mixture of references and own answers, and which divergence, suits this student?",
    teacher: true,
    reward: false,
    objective: { type: "distillation", divergence: { type: "jsd", beta: 0.5, scale: "normalized" } },
    data: { onPolicyFraction: 0.5 },
    group: 1,
    note: "JSD(beta); lambda, the share of steps on the student's own answers, is data.onPolicyFraction.",
  },
  rl: {
    title: "RL: it is rewarded for its own answers",
    question: "What does the reward alone bring?",
    teacher: false,
    reward: true,
    objective: { type: "reinforce", baseline: { type: "leave-one-out" } },
    data: { onPolicyFraction: 1 },
    group: 4,
    note: "REINFORCE: each answer against the mean reward of the other answers to its prompt.",
  },
  "rl-gkd": {
    title: "RL + on-policy GKD: the reward and the teacher at once",
    question: "What do a reward and a teacher bring at once?",
    teacher: true,
    reward: true,
    objective: {
      type: "reinforce-gkd",
      alpha: 0.5,
      divergence: { type: "forward-kl" },
      baseline: { type: "leave-one-out" },
    },
    data: { onPolicyFraction: 1 },
    group: 2,
    note: "(1 - alpha) of the reward, alpha of the teacher: 0 is RL, 1 is on-policy distillation.",
  },
} as const satisfies Readonly<Record<string, Rung>>;

/** The name of a rung. */
export type RungName = keyof typeof rungs;

/** A decoder that is trained from the start, or a checkpoint by its name. */
export type StartingModel = { readonly layers: number; readonly width: number } | { readonly checkpoint: string };

/** What a file is to say. */
export interface StartingAnswers {
  /** The published schema, as an editor finds it from the file. */
  readonly schema: string;
  readonly question: string;
  readonly rung: RungName;
  /** Sums that are worked out step by step, or a file of prompts, of which `test` are held out. */
  readonly task:
    | { readonly type: "arithmetic" }
    | { readonly type: "prompts"; readonly path: string; readonly test: number };
  readonly teacher: StartingModel;
  readonly student: StartingModel;
  /** The tokens that a new student and a new teacher use for prompts of one's own. */
  readonly tokenizer?: { readonly checkpoint: string } | { readonly bpe: number } | undefined;
  /** A type of reward. */
  readonly reward: string;
  readonly steps: number;
  /** True for a sweep over alpha, where the rung has one, and over seeds. */
  readonly sweep: boolean;
}

const adamw = (learningRate: number): JsonObject => ({ type: "adamw", learningRate, beta2: 0.99 });

const decoder = ({ layers, width }: { readonly layers: number; readonly width: number }): JsonObject => ({
  type: "llama",
  layers,
  width,
  heads: 4,
});

/** Four heads of an even number of dimensions. */
export const widthStep = 8;

const taskOf = ({ task, tokenizer }: StartingAnswers): JsonObject => {
  if (task.type === "arithmetic")
    return { type: "arithmetic", numbers: [3, 4], range: [1, 9], train: 20_000, test: 500 };
  return { ...task, ...(tokenizer === undefined ? {} : { tokenizer: { ...tokenizer } }) };
};

const stage = (
  model: { readonly layers: number; readonly width: number },
  steps: number,
  learningRate: number,
  data: JsonObject,
): JsonObject => ({
  student: decoder(model),
  objective: { type: "sft", average: "token" },
  data: { onPolicyFraction: 0, ...data },
  training: { steps, optimizer: adamw(learningRate), schedule: { warmup: 50 } },
});

/** The stages, and what names the models in the file. */
const modelsOf = ({
  rung,
  task,
  teacher,
  student,
}: StartingAnswers): { stages: Member[]; student: JsonObject; teacher: JsonObject } => {
  const stages: Member[] = [];
  if (rungs[rung].teacher && "layers" in teacher) {
    stages.push({ key: "teacher", value: stage(teacher, 1200, 0.003, {}), note: "A larger policy on all references." });
  }
  const fresh = "layers" in student;
  if (fresh && rung !== "sft") {
    const few = task.type === "arithmetic" ? { examples: 800 } : {};
    const note =
      task.type === "arithmetic"
        ? "The student's start, on few references: right now and then."
        : "The student's start.";
    stages.push({ key: "sft-student", value: stage(student, 600, 0.004, few), note });
  }
  const named = fresh ? (rung === "sft" ? decoder(student) : { stage: "sft-student" }) : student;
  return { stages, student: named, teacher: "layers" in teacher ? { stage: "teacher" } : teacher };
};

const trainingOf = ({ rung, student, steps }: StartingAnswers): JsonObject => {
  const fresh = "layers" in student;
  const learningRate = fresh ? (rung === "rl" ? 0.0002 : 0.004) : 0.00003;
  const batch = fresh ? 64 : 16;
  return { steps, batch, optimizer: adamw(learningRate), schedule: { warmup: Math.min(20, Math.floor(steps / 10)) } };
};

/** The text of the file: JSON with comments. */
export const startingFile = (answers: StartingAnswers): string => {
  const { schema, question, reward, sweep, task } = answers;
  const rung: Rung = rungs[answers.rung];
  const models = modelsOf(answers);
  const axes =
    answers.rung === "rl-gkd" ? { "/objective/alpha": [0.25, 0.5, 0.75], "/seed": [0, 1] } : { "/seed": [0, 1, 2] };
  const taskNote =
    task.type === "arithmetic"
      ? "Sums of three or four one-digit numbers, every step written out."
      : 'A file of lines such as { "prompt": "...", "reference": "..." }; some are held out for the evaluation.';
  const members: readonly (Member | false)[] = [
    { key: "$schema", value: schema },
    { key: "question", value: question },
    { key: "task", value: taskOf(answers), note: taskNote, apart: true },
    models.stages.length > 0 && {
      key: "stages",
      members: models.stages,
      note: "Made once, kept in .retort, and used by every run that starts from them.",
      apart: true,
    },
    { key: "student", value: models.student, apart: true },
    rung.teacher && { key: "teacher", value: models.teacher },
    rung.reward && { key: "rewards", value: [{ type: reward }] },
    { key: "objective", value: rung.objective, note: rung.note, apart: true },
    { key: "data", value: rung.data },
    rung.group !== undefined && {
      key: "rollouts",
      value: { group: rung.group },
      note: "Answers to each prompt of a step.",
    },
    { key: "training", value: trainingOf(answers), apart: true },
    { key: "evaluation", value: { prompts: task.type === "arithmetic" ? 500 : task.test } },
    sweep && {
      key: "sweep",
      value: { axes },
      note: "retort sweep runs all combinations; retort results --over /seed shows them.",
      apart: true,
    },
  ];
  return layout(members.filter((member) => member !== false));
};
