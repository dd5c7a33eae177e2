/**
 * Rules between a training and the stages and checkpoints that it starts from, where these have tokens of their own.
 */
import { objectiveOf } from "../../objectives/objective-of.ts";
import { behaviors } from "../../rollouts/behaviors/index.ts";
import type { Tokenizer } from "../../tokenizers/tokenizer.ts";
import { attempt } from "../file/refusals.ts";
import { contentHash } from "../../files/canonical-json.ts";
import type { Mistake } from "../schema/check.ts";
import type { ExperimentValues } from "../schema/experiment-schema.ts";
import type { FileFacts } from "../inputs/file-context.ts";
import { inputNames, stageValues, type TrainingValues } from "../schema/trainings.ts";
import { singleTeachers, type NamedTeacher } from "../schema/teacher-schema.ts";

const hashes = new WeakMap<Tokenizer, string>();

/** A large vocabulary takes a while; the same tokenizer is needed again and again. */
const hashOf = (tokenizer: Tokenizer): string => {
  const hash = hashes.get(tokenizer) ?? contentHash(tokenizer.toJSON());
  hashes.set(tokenizer, hash);
  return hash;
};

/** True when two tokenizers are one. */
export const sameTokens = (a: Tokenizer, b: Tokenizer): boolean => a === b || hashOf(a) === hashOf(b);

const readsForeignTeacher = ({ objective }: TrainingValues): boolean => {
  const made = attempt(() => objectiveOf(objective));
  // An objective that cannot be made is a mistake of its own.
  return "message" in made || made.part.needs.includes("foreignTeacherLogProbs");
};

/** What is wrong with a teacher of other tokens. */
const foreignMistakes = (pointer: string, values: TrainingValues): Mistake[] => {
  const draws =
    behaviors.create(values.rollouts.behavior, undefined).mixture !== undefined || values.data.offPolicy === "teacher";
  const why = pointer.endsWith("stage")
    ? "its tokens are not the student's, since its stage has another task"
    : "its tokens are not the student's, since its checkpoint has another tokenizer";
  if (draws) return [{ pointer, message: `expected a teacher that can draw the student's tokens: ${why}` }];
  if (readsForeignTeacher(values)) return [];
  const message =
    `expected a teacher of the same tokens: ${why}; give it the same tokenizer, or take an objective for ` +
    "unlike vocabularies";
  return [{ pointer, message }];
};

const teacherMistakes = (
  { teacher, pointer }: NamedTeacher,
  file: ExperimentValues,
  values: TrainingValues,
  known: FileFacts,
): Mistake[] => {
  // A server's tokens are checked before the run; the student's are its own.
  if ("server" in teacher || "student" in teacher) return [];
  const at = `${pointer}/${"stage" in teacher ? "stage" : "checkpoint"}`;
  const tokenizer = attempt(() =>
    "stage" in teacher ? known.task(stageValues(file, teacher.stage)).tokenizer : known.tokenizer(teacher.checkpoint),
  );
  if ("message" in tokenizer) return [{ pointer: at, message: tokenizer.message }];
  return sameTokens(tokenizer.part, known.task(values).tokenizer) ? [] : foreignMistakes(at, values);
};

const studentMistakes = (file: ExperimentValues, values: TrainingValues, known: FileFacts): Mistake[] => {
  const { student } = values;
  const { tokenizer } = known.task(values);
  if ("stage" in student) {
    if (sameTokens(known.task(stageValues(file, student.stage)).tokenizer, tokenizer)) return [];
    const message =
      `expected a student that was trained with the same tokenizer; stage "${student.stage}" has a task with ` +
      "another";
    return [{ pointer: "/student/stage", message }];
  }
  if (!("checkpoint" in student)) return [];
  const own = attempt(() => known.tokenizer(student.checkpoint));
  if ("message" in own) return [{ pointer: "/student/checkpoint", message: own.message }];
  if (sameTokens(own.part, tokenizer)) return [];
  const message =
    "expected a task in the tokens of the student's checkpoint, got one with a tokenizer of its own; leave " +
    'the task\'s "tokenizer" out';
  return [{ pointer: "/task/tokenizer", part: "whole", message }];
};

/** A stage must not learn what a later training is evaluated with. */
const leakMistakes = (file: ExperimentValues, values: TrainingValues, known: FileFacts): Mistake[] => {
  const task = known.task(values);
  const evaluated = new Set(task.test.map(({ text }) => text));
  return inputNames(values).flatMap((name): Mistake[] => {
    const own = known.task(stageValues(file, name));
    const seen = own === task ? 0 : own.train.filter(({ text }) => evaluated.has(text)).length;
    if (seen === 0) return [];
    const message =
      `stage "${name}" trains on ${seen} of the ${task.test.length} prompts that this training is tested on; ` +
      "give it the same task, but for the tokenizer";
    return [{ pointer: `/stages/${name}/task`, message }];
  });
};

/**
 * What is wrong between the task of a training and the tokens of its stages and checkpoints. Every task can be made.
 */
export const tokenizerMistakes = (file: ExperimentValues, values: TrainingValues, known: FileFacts): Mistake[] => [
  ...studentMistakes(file, values, known),
  ...singleTeachers(values.teacher).flatMap((named) => teacherMistakes(named, file, values, known)),
  ...leakMistakes(file, values, known),
];
