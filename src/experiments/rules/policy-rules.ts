/**
 * Rules about the policies of a training: whether the student can be made, and whether student and teacher can read
 * what it puts before them.
 */
import { objectiveOf } from "../../objectives/objective-of.ts";
import { scoringPolicy } from "../../policies/classification-head.ts";
import type { Policy } from "../../policies/policy.ts";
import { longestPromptText } from "../../tasks/prompt-template.ts";
import { traineeOf } from "../../training/learner/trained.ts";
import { attempt } from "../file/refusals.ts";
import type { Mistake } from "../schema/check.ts";
import { contextLength, readContext, studentOrigin } from "../inputs/lengths.ts";
import { learnsFromPairs } from "./pair-rules.ts";
import type { ExperimentValues } from "../schema/experiment-schema.ts";
import type { FileFacts } from "../inputs/file-context.ts";
import { isNewPolicy, stageValues, type TrainingValues } from "../schema/trainings.ts";
import { sourcePolicy, studentPolicy } from "../inputs/students.ts";
import { singleTeachers } from "../schema/teacher-schema.ts";
import { answerSizeMistakes } from "./server-answer-rules.ts";
import { sameTokens } from "./tokenizer-rules.ts";

/** The student's policy, or what is wrong with it. */
const studentOf = (
  file: ExperimentValues,
  values: TrainingValues,
  known: FileFacts,
): { readonly policy: Policy } | { readonly mistakes: Mistake[] } => {
  const { student } = values;
  const source = attempt(() => sourcePolicy(file, values, known));
  // What is wrong with a stage's own student is said there.
  if ("message" in source)
    return { mistakes: "stage" in student ? [] : [{ pointer: "/student", part: "whole", message: source.message }] };
  const made = attempt(() => studentPolicy(file, values, known));
  if ("message" in made) return { mistakes: [{ pointer: "/student/layers", part: "whole", message: made.message }] };
  if (!learnsFromPairs(values)) return { policy: made.part };
  const scoring = attempt(() => scoringPolicy(made.part));
  return "message" in scoring
    ? { mistakes: [{ pointer: "/student", part: "whole", message: scoring.message }] }
    : { policy: scoring.part };
};

/** What is frozen, or gets adapters, must be there. */
const trainedMistakes = (student: Policy, { training }: TrainingValues): Mistake[] => {
  const made = attempt(() => traineeOf(student, training));
  if (!("message" in made)) return [];
  return [
    {
      pointer: training.freeze === undefined ? "/training/adapters/targets" : "/training/freeze",
      part: "whole",
      message: made.message,
    },
  ];
};

/**
 * A checkpoint's vocabulary has all of the task's tokens; a teacher of the same tokens has a vocabulary of the same
 * size.
 */
const vocabularyMistakes = (student: Policy, values: TrainingValues, known: FileFacts): Mistake[] => {
  const { tokenizer } = known.task(values);
  if (student.vocabularySize < tokenizer.vocabularySize) {
    const message =
      `expected a student with a vocabulary of at least the task's ${tokenizer.vocabularySize} tokens, got ` +
      `${student.vocabularySize}`;
    return [{ pointer: "/student", part: "whole", message }];
  }
  const made = attempt(() => objectiveOf(values.objective));
  // An objective that cannot be made is a mistake of its own.
  if ("message" in made || made.part.needs.includes("foreignTeacherLogProbs")) return [];
  return singleTeachers(values.teacher).flatMap(({ teacher, pointer }): Mistake[] => {
    if (!("checkpoint" in teacher)) return [];
    const { vocabularySize } = known.checkpoint(teacher.checkpoint).policy;
    if (vocabularySize === student.vocabularySize) return [];
    const message =
      `expected a teacher with the student's vocabulary of ${student.vocabularySize} tokens, got ` +
      `${vocabularySize}; take an objective for unlike vocabularies`;
    return [{ pointer: `${pointer}/checkpoint`, message }];
  });
};

/** Someone who reads a training's sequences. */
interface Reader {
  readonly pointer: string;
  readonly of: string;
  /** Tokens that it can read. */
  readonly length: number;
  /** A stage of this file made it from nothing. */
  readonly trained: boolean;
  /** Tokens that it must read. */
  readonly needed: number;
}

/** Student and teachers. A teacher with tokens of its own reads as many of those as it can. */
const readersOf = (file: ExperimentValues, values: TrainingValues, known: FileFacts): Reader[] => {
  const task = known.task(values);
  const needed = readContext(values, task, task.longest.prompt);
  const reader = (of: Reader["of"], pointer: string, training: TrainingValues): Reader => {
    const trained = isNewPolicy(studentOrigin(file, training).student);
    return { pointer, of, length: contextLength(file, training, known), trained, needed };
  };
  const student = reader("student", "/student", values);
  const teachers = singleTeachers(values.teacher).flatMap(({ teacher, pointer }): Reader[] => {
    const shown =
      teacher.context === undefined
        ? {}
        : { needed: readContext(values, task, longestPromptText(task, teacher.context)) };
    if ("student" in teacher)
      return teacher.context === undefined ? [] : [{ ...reader("teacher", `${pointer}/context`, values), ...shown }];
    if ("server" in teacher) return [];
    if ("stage" in teacher) {
      const taught = stageValues(file, teacher.stage);
      return sameTokens(known.task(taught).tokenizer, task.tokenizer)
        ? [{ ...reader("teacher", `${pointer}/stage`, taught), ...shown }]
        : [];
    }
    if (!sameTokens(known.tokenizer(teacher.checkpoint), task.tokenizer)) return [];
    const length = known.checkpoint(teacher.checkpoint).policy.contextLength;
    return [{ pointer: `${pointer}/checkpoint`, of: "teacher", length, trained: false, needed, ...shown }];
  });
  return [student, ...teachers];
};

const contextMistakes = (file: ExperimentValues, values: TrainingValues, known: FileFacts): Mistake[] => {
  // What is wrong with the stage or the checkpoint that made a reader is said there.
  const readers = attempt(() => readersOf(file, values, known));
  if ("message" in readers) return [];
  return readers.part.flatMap(({ pointer, of, length, trained, needed }): Mistake[] => {
    if (length >= needed) return [];
    const remedy = trained
      ? 'give its first stage as many "maxNewTokens"'
      : "lower /rollouts/maxNewTokens, or take shorter prompts";
    const message =
      `the ${of} was made for ${length} tokens of prompt and completion, and this training needs ${needed}; ` +
      `${remedy}`;
    return [{ pointer, message }];
  });
};

/**
 * What is wrong with the policies of a training. Every task and every checkpoint that it depends on directly is there.
 */
export const policyMistakes = (file: ExperimentValues, values: TrainingValues, known: FileFacts): Mistake[] => {
  const student = studentOf(file, values, known);
  const own =
    "mistakes" in student
      ? student.mistakes
      : [
          ...trainedMistakes(student.policy, values),
          ...vocabularyMistakes(student.policy, values, known),
          ...answerSizeMistakes(values, known.task(values), student.policy.vocabularySize),
        ];
  return [...own, ...contextMistakes(file, values, known)];
};
