/** What a training's student is before the training, as far as the file says it: its policy, without weights. */
import { chosenLayers } from "../../policies/checkpoints/chosen-layers.ts";
import { policies } from "../../policies/families/index.ts";
import type { Policy } from "../../policies/policy.ts";
import { neededContext } from "./lengths.ts";
import type { ExperimentValues } from "../schema/experiment-schema.ts";
import type { FileFacts } from "./file-context.ts";
import { isNewPolicy, stageValues, type TrainingValues } from "../schema/trainings.ts";

/**
 * The policy that the student is taken from: its own, or that of the stage or checkpoint before layers are chosen.
 * `RangeError` when there can be none.
 */
export const sourcePolicy = (
  file: ExperimentValues,
  values: TrainingValues,
  known: Pick<FileFacts, "task" | "checkpoint">,
): Policy => {
  const { student } = values;
  if ("stage" in student) return studentPolicy(file, stageValues(file, student.stage), known);
  if ("checkpoint" in student) return known.checkpoint(student.checkpoint).policy;
  const task = known.task(values);
  const { vocabularySize } = task.tokenizer;
  return policies.create(student, { vocabularySize, contextLength: neededContext(values, task) });
};

/** The policy that is trained. `RangeError` when there can be none. */
export const studentPolicy = (
  file: ExperimentValues,
  values: TrainingValues,
  known: Pick<FileFacts, "task" | "checkpoint">,
): Policy => {
  const { student } = values;
  const source = sourcePolicy(file, values, known);
  return isNewPolicy(student) || student.layers === undefined ? source : chosenLayers(source, student.layers);
};
