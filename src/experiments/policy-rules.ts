/** Rules about the policies of a training: whether the student can be made, and whether student and teacher can read what it puts before them. */
import { traineeOf } from "../training/trained.ts";
import { attempt } from "./attempt.ts";
import type { Mistake } from "./check.ts";
import { contextLength, neededContext } from "./lengths.ts";
import type { ExperimentValues } from "./schema.ts";
import { stageValues, type TrainingValues } from "./stages.ts";
import { sourcePolicy, studentPolicy, type TaskOf } from "./students.ts";
import { sameTokens } from "./tokenizer-rules.ts";

const studentMistakes = (file: ExperimentValues, values: TrainingValues, taskOf: TaskOf): Mistake[] => {
  const { student } = values;
  const source = attempt(() => sourcePolicy(file, values, taskOf));
  // What is wrong with a stage's own student is said there.
  if ("message" in source) return "stage" in student ? [] : [{ pointer: "/student", part: "whole", message: source.message }];
  const made = attempt(() => studentPolicy(file, values, taskOf));
  return "message" in made ? [{ pointer: "/student/layers", part: "whole", message: made.message }] : [];
};

/** What is frozen, or gets adapters, must be there. */
const trainedMistakes = (file: ExperimentValues, values: TrainingValues, taskOf: TaskOf): Mistake[] => {
  const { freeze, adapters } = values.training;
  if (freeze === undefined && adapters === undefined) return [];
  const student = attempt(() => studentPolicy(file, values, taskOf));
  if ("message" in student) return [];
  const made = attempt(() => traineeOf(student.part, values.training));
  if (!("message" in made)) return [];
  return [{ pointer: freeze === undefined ? "/training/adapters/targets" : "/training/freeze", part: "whole", message: made.message }];
};

const contextMistakes = (file: ExperimentValues, values: TrainingValues, taskOf: TaskOf): Mistake[] => {
  const task = taskOf(values);
  const needed = neededContext(values, task);
  const { teacher } = values;
  const lengthOf = (reader: TrainingValues): number => {
    const made = attempt(() => contextLength(file, reader, taskOf));
    // What is wrong with the stage that made it is said there.
    return "message" in made ? needed : made.part;
  };
  const taught = teacher === undefined ? undefined : stageValues(file, teacher.stage);
  const readers = [
    { pointer: "/student", of: "student", length: lengthOf(values) },
    // A teacher with tokens of its own reads as many of those as it can.
    ...(taught === undefined || !sameTokens(taskOf(taught), task)
      ? []
      : [{ pointer: "/teacher/stage", of: "teacher", length: lengthOf(taught) }]),
  ];
  return readers.flatMap(({ pointer, of, length }): Mistake[] => {
    if (length >= needed) return [];
    const message = `the ${of} was made for ${length} tokens of prompt and completion, and this training needs ${needed}; give its first stage as many "maxNewTokens"`;
    return [{ pointer, message }];
  });
};

/** What is wrong with the policies of a training. Every task that it depends on can be made. */
export const policyMistakes = (file: ExperimentValues, values: TrainingValues, taskOf: TaskOf): Mistake[] => [
  ...studentMistakes(file, values, taskOf),
  ...trainedMistakes(file, values, taskOf),
  ...contextMistakes(file, values, taskOf),
];
