/** Rules between a training and the stages that it starts from, where these have a task of their own. */
import { objectives } from "../objectives/index.ts";
import { behaviors } from "../rollouts/behaviors/index.ts";
import type { Task } from "../tasks/task.ts";
import { canonicalJson } from "./canonical-json.ts";
import type { Mistake } from "./check.ts";
import type { ExperimentValues } from "./schema.ts";
import { inputNames, stageValues, type TrainingValues } from "./stages.ts";

/** True when two tasks have one tokenizer. */
export const sameTokens = (a: Task, b: Task): boolean => canonicalJson(a.tokenizer.toJSON()) === canonicalJson(b.tokenizer.toJSON());

const readsForeignTeacher = ({ objective }: TrainingValues): boolean => {
  try {
    return objectives.create(objective).needs.includes("foreignTeacherLogProbs");
  } catch (error) {
    // An objective that cannot be made is a mistake of its own.
    if (error instanceof RangeError || error instanceof TypeError) return true;
    throw error;
  }
};

const teacherRules = (values: TrainingValues): Mistake[] => {
  const draws = behaviors.create(values.rollouts.behavior, undefined).mixture !== undefined || values.data.offPolicy === "teacher";
  const why = "its tokens are not the student's, since its stage has another task";
  if (draws) return [{ pointer: "/teacher/stage", message: `expected a teacher that can draw the student's tokens: ${why}` }];
  if (readsForeignTeacher(values)) return [];
  const message = `expected a teacher of the same tokens: ${why}; give the stage the same tokenizer, or take an objective for unlike vocabularies`;
  return [{ pointer: "/teacher/stage", message }];
};

/** What is wrong between the task of a training and those of its stages. Every task can be made. */
export const tokenizerMistakes = (file: ExperimentValues, values: TrainingValues, taskOf: (values: TrainingValues) => Task): Mistake[] => {
  const task = taskOf(values);
  const { student, teacher } = values;
  const mistakes: Mistake[] = [];
  if ("stage" in student && !sameTokens(taskOf(stageValues(file, student.stage)), task)) {
    const message = `expected a student that was trained with the same tokenizer; stage "${student.stage}" has a task with another`;
    mistakes.push({ pointer: "/student/stage", message });
  }
  if (teacher !== undefined && !sameTokens(taskOf(stageValues(file, teacher.stage)), task)) mistakes.push(...teacherRules(values));
  const examined = new Set(task.test.map(({ text }) => text));
  for (const name of inputNames(values)) {
    const own = taskOf(stageValues(file, name));
    const seen = own === task ? 0 : own.train.filter(({ text }) => examined.has(text)).length;
    if (seen === 0) continue;
    const message = `stage "${name}" trains on ${seen} of the ${task.test.length} prompts that this training is tested on; give it the same task, but for the tokenizer`;
    mistakes.push({ pointer: `/stages/${name}/task`, message });
  }
  return mistakes;
};
