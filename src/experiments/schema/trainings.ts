/** Which trainings a run starts from, and in which order they are made. */
import { closest } from "fastest-levenshtein";
import type { Mistake } from "./check.ts";
import { quoted } from "./expectation.ts";
import { bringsTokenizer } from "../../tasks/prompts/task-tokenizer.ts";
import { modelsNamed } from "../../rewards/model/reference.ts";
import type { PolicyValues } from "../../policies/families/index.ts";
import { formatPointer } from "../../files/json.ts";
import type { ExperimentValues, StageValues } from "./experiment-schema.ts";
import { singleTeachers } from "./teacher-schema.ts";

/** What one training is made of: a stage's own parts with the file's task and engine. */
export interface TrainingValues extends Omit<StageValues, "seed" | "task"> {
  /** Of this training's draws. */
  readonly seed: number;
  /** Of the task's prompts: its own or the file's, so that no stage trains on what a later one is tested on. */
  readonly taskSeed: number;
  readonly engine: ExperimentValues["engine"];
  /** Where it is not float32. */
  readonly precision?: "bfloat16";
  readonly task: ExperimentValues["task"];
  /**
   * The checkpoint whose tokenizer the task is written in, unless it brings its own: the task's, or the one that the
   * student comes from.
   */
  readonly tokenizer?: string;
}

/** Whether a training's student is a new policy of some family, and not the result of a stage or a checkpoint. */
export const isNewPolicy = (student: TrainingValues["student"]): student is PolicyValues =>
  !("stage" in student) && !("checkpoint" in student);

const stageNamed = (file: ExperimentValues, name: string): StageValues | undefined =>
  Object.hasOwn(file.stages ?? {}, name) ? file.stages?.[name] : undefined;

/** The checkpoint that a task names for its tokenizer. */
const ownTokenizer = (task: TrainingValues["task"]): string | undefined =>
  "tokenizer" in task && typeof task.tokenizer === "object" && "checkpoint" in task.tokenizer
    ? task.tokenizer.checkpoint
    : undefined;

/** A stage's task without a seed of its own is drawn like the file's. */
const taskSeed = ({ task, seed }: ExperimentValues, own = task): number => own.seed ?? task.seed ?? seed;

/** Follows the line of students; one that goes round in a circle, which is a mistake of its own, ends nowhere. */
const tokenizerSource = (
  file: ExperimentValues,
  { task, student }: Pick<TrainingValues, "task" | "student">,
  passed: readonly string[] = [],
): { tokenizer?: string } => {
  const own = ownTokenizer(task);
  if (own !== undefined) return { tokenizer: own };
  if (bringsTokenizer(task)) return {};
  if ("checkpoint" in student) return { tokenizer: student.checkpoint };
  const stage = "stage" in student && !passed.includes(student.stage) ? stageNamed(file, student.stage) : undefined;
  if (stage === undefined || !("stage" in student)) return {};
  return tokenizerSource(file, { task: stage.task ?? file.task, student: stage.student }, [...passed, student.stage]);
};

/** float32 is the same training, said or not. */
const precisionOf = ({ precision }: ExperimentValues): { precision?: "bfloat16" } =>
  precision === "bfloat16" ? { precision } : {};

/** The run's own training. */
export const runValues = (file: ExperimentValues): TrainingValues => {
  const {
    $schema: _schema,
    question: _question,
    label: _label,
    paper: _paper,
    stages: _stages,
    variants: _variants,
    sweep: _sweep,
    claims: _claims,
    precision: _precision,
    ...parts
  } = file;
  return { ...parts, ...precisionOf(file), taskSeed: taskSeed(file), ...tokenizerSource(file, file) };
};

/** A stage's training. `RangeError` when the file has no stage of this name. */
export const stageValues = (file: ExperimentValues, name: string): TrainingValues => {
  const stage = stageNamed(file, name);
  if (stage === undefined)
    throw new RangeError(`stages: expected one of ${Object.keys(file.stages ?? {}).join(", ")}, got "${name}"`);
  const task = stage.task ?? file.task;
  const source = tokenizerSource(file, { task, student: stage.student });
  return {
    ...stage,
    seed: stage.seed ?? file.seed,
    taskSeed: taskSeed(file, task),
    engine: file.engine,
    ...precisionOf(file),
    task,
    ...source,
  };
};

/** The parts of a training that may come from stages. */
type Origins = Pick<TrainingValues, "student" | "teacher" | "rewards">;

/** The stages that a training starts from, with the pointers of their names. */
const inputs = ({ student, teacher, rewards }: Origins): { name: string; at: string }[] => [
  ...("stage" in student ? [{ name: student.stage, at: "/student/stage" }] : []),
  ...singleTeachers(teacher).flatMap(({ teacher: one, pointer }) =>
    "stage" in one ? [{ name: one.stage, at: `${pointer}/stage` }] : [],
  ),
  ...modelsNamed(rewards, "/rewards").flatMap(({ reference, pointer }) =>
    "stage" in reference ? [{ name: reference.stage, at: `${pointer}/stage` }] : [],
  ),
];

/** The checkpoints that a training names, with the pointers of their names. */
export const checkpointsOf = ({
  student,
  teacher,
  task,
  rewards,
}: Pick<TrainingValues, "student" | "teacher" | "task" | "rewards">): {
  readonly name: string;
  readonly at: string;
}[] => [
  ...("checkpoint" in student ? [{ name: student.checkpoint, at: "/student/checkpoint" }] : []),
  ...singleTeachers(teacher).flatMap(({ teacher: one, pointer }) =>
    "checkpoint" in one ? [{ name: one.checkpoint, at: `${pointer}/checkpoint` }] : [],
  ),
  ...[ownTokenizer(task)].flatMap((name) => (name === undefined ? [] : [{ name, at: "/task/tokenizer/checkpoint" }])),
  ...modelsNamed(rewards, "/rewards").flatMap(({ reference, pointer }) =>
    "checkpoint" in reference ? [{ name: reference.checkpoint, at: `${pointer}/checkpoint` }] : [],
  ),
];

/** Names of the stages that a training starts from. */
export const inputNames = (values: Origins): string[] => [...new Set(inputs(values).map(({ name }) => name))];

/** Where the parts of a stage are; the run's own parts are at the root. */
export const stagePointer = (name: string): string => formatPointer(["stages", name]);

const stagesForm = (name: string): string =>
  `"stages": { ${quoted(name)}: { "student": ..., "objective": { "type": "sft" }, "training": ... } }`;

/** Every stage that is named and not there, and every stage that starts from itself. */
export const stageMistakes = (file: ExperimentValues): Mistake[] => {
  const stages = file.stages ?? {};
  const known = Object.keys(stages);
  const mistakes: Mistake[] = [];
  const done = new Set<string>();
  const visit = (values: Origins, pointer: string, path: readonly string[]): void => {
    for (const { name, at } of inputs(values)) {
      const stage = Object.hasOwn(stages, name) ? stages[name] : undefined;
      if (path.includes(name)) {
        const circle = [...path.slice(path.indexOf(name)), name].join(" -> ");
        mistakes.push({ pointer: pointer + at, message: `stage "${name}" starts from itself: ${circle}` });
      } else if (stage === undefined) {
        const hint =
          known.length === 0
            ? `the file has no stages: add ${stagesForm(name)}`
            : `did you mean "${closest(name, known)}"?`;
        mistakes.push({ pointer: pointer + at, message: `no stage "${name}"; ${hint}` });
      } else if (!done.has(name)) {
        visit(stage, stagePointer(name), [...path, name]);
        done.add(name);
      }
    }
  };
  visit(file, "", []);
  for (const name of known) if (!done.has(name)) visit(stages[name]!, stagePointer(name), [name]);
  return mistakes;
};

/** The stages that the file's run needs, each after those that it starts from. The file has no `stageMistakes`. */
export const buildOrder = (file: ExperimentValues): string[] => {
  const order: string[] = [];
  const visit = (values: Origins): void => {
    for (const name of inputNames(values)) {
      if (order.includes(name)) continue;
      visit(stageValues(file, name));
      order.push(name);
    }
  };
  visit(file);
  return order;
};
