/** How long completions and contexts are: what the task asks for, unless the file says otherwise. */
import type { Task } from "../tasks/task.ts";
import { stageValues, type TrainingValues } from "./stages.ts";
import type { ExperimentValues } from "./schema.ts";

/** Tokens after which a completion is cut: the file's, or the longest reference with its end-of-sequence token. */
export const maxNewTokens = (values: Pick<TrainingValues, "rollouts">, task: Task): number =>
  values.rollouts.maxNewTokens ?? task.longest.completion;

/** Tokens of prompt and completion that this training puts before a policy. */
export const neededContext = (values: Pick<TrainingValues, "rollouts">, task: Task): number =>
  task.longest.prompt + Math.max(maxNewTokens(values, task), task.longest.completion);

/** The training that made the student from nothing: this one, or the stage at the end of its line of students. */
const studentOrigin = (file: ExperimentValues, values: TrainingValues): TrainingValues =>
  "stage" in values.student ? studentOrigin(file, stageValues(file, values.student.stage)) : values;

/** Context length of the student: what its first training needed, of its own task. */
export const contextLength = (file: ExperimentValues, values: TrainingValues, taskOf: (values: TrainingValues) => Task): number => {
  const origin = studentOrigin(file, values);
  return neededContext(origin, taskOf(origin));
};
