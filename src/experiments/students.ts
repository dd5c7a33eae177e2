/** What a training's student is before the training, as far as the file says it: its policy, without weights. */
import { chosenLayers } from "../policies/checkpoints/chosen-layers.ts";
import { policies } from "../policies/families/index.ts";
import type { Policy } from "../policies/policy.ts";
import type { Task } from "../tasks/task.ts";
import { neededContext } from "./lengths.ts";
import type { ExperimentValues } from "./schema.ts";
import { stageValues, type TrainingValues } from "./stages.ts";

/** The task of a training. */
export type TaskOf = (values: TrainingValues) => Task;

/** The policy that the student is taken from: its own, or that of the stage before layers are chosen. `RangeError` when there can be none. */
export const sourcePolicy = (file: ExperimentValues, values: TrainingValues, taskOf: TaskOf): Policy => {
  const { student } = values;
  if ("stage" in student) return studentPolicy(file, stageValues(file, student.stage), taskOf);
  const task = taskOf(values);
  const { vocabularySize } = task.tokenizer;
  return policies.create(student, { vocabularySize, contextLength: neededContext(values, task) });
};

/** The policy that is trained. `RangeError` when there can be none. */
export const studentPolicy = (file: ExperimentValues, values: TrainingValues, taskOf: TaskOf): Policy => {
  const { student } = values;
  const source = sourcePolicy(file, values, taskOf);
  return "stage" in student && student.layers !== undefined ? chosenLayers(source, student.layers) : source;
};
