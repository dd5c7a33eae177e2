/** How long completions and contexts are: what the task asks for, unless the file says otherwise. */
import { longestPromptText } from "../../tasks/prompt-template.ts";
import type { Task } from "../../tasks/task.ts";
import type { FileFacts } from "./file-context.ts";
import { stageValues, type TrainingValues } from "../schema/trainings.ts";
import type { ExperimentValues } from "../schema/experiment-schema.ts";
import { singleTeachers } from "../schema/teacher-schema.ts";

/** Tokens after which a completion is cut: the file's, or the longest reference with its end-of-sequence token. */
export const maxNewTokens = (values: Pick<TrainingValues, "rollouts">, task: Task): number =>
  values.rollouts.maxNewTokens ?? task.longest.completion;

/**
 * Tokens of prompt and completion that this training puts before a policy; references count too, where there are some.
 */
export const neededContext = (values: Pick<TrainingValues, "rollouts" | "teacher">, task: Task): number => {
  // The student that teaches itself may be shown more.
  const shown = singleTeachers(values.teacher).flatMap(({ teacher }) =>
    "student" in teacher && teacher.context !== undefined ? longestPromptText(task, teacher.context) : [],
  );
  return readContext(values, task, Math.max(task.longest.prompt, ...shown));
};

/** The same for who reads prompts of at most `promptTokens`. */
export const readContext = (values: Pick<TrainingValues, "rollouts">, task: Task, promptTokens: number): number =>
  promptTokens + Math.max(maxNewTokens(values, task), task.answered === false ? 0 : task.longest.completion);

/** The training at the end of the line of students: it made the student, or took it from a checkpoint. */
export const studentOrigin = (file: ExperimentValues, values: TrainingValues): TrainingValues =>
  "stage" in values.student ? studentOrigin(file, stageValues(file, values.student.stage)) : values;

/**
 * Context length of the student: of its checkpoint, or what its first training needed, of its own task. `RangeError`
 * when one of them cannot be had.
 */
export const contextLength = (
  file: ExperimentValues,
  values: TrainingValues,
  known: Pick<FileFacts, "task" | "checkpoint">,
): number => {
  const origin = studentOrigin(file, values);
  const { student } = origin;
  return "checkpoint" in student
    ? known.checkpoint(student.checkpoint).policy.contextLength
    : neededContext(origin, known.task(origin));
};
