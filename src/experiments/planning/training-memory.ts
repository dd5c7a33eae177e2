/** What memory a planned training takes, before it runs. */
import { memoryOfUse } from "../../training/learner/memory.ts";
import type { ExperimentValues } from "../schema/experiment-schema.ts";
import type { FileFacts } from "../inputs/file-context.ts";
import type { PlannedTraining } from "./planned.ts";
import { neededContext } from "../inputs/lengths.ts";
import { studentPolicy } from "../inputs/students.ts";

/**
 * Bytes of a process that trains next to nothing: Node.js, this package, ONNX Runtime and three threads; 175 MiB were
 * measured at the most.
 */
export const processBytes = 200 * 2 ** 20;

/**
 * Bytes at the peak of the student's programs in float32 on ONNX Runtime, weights included: sampling a chunk, and a
 * step of distillation with the training's optimizer. An estimate.
 */
export interface TrainingMemory {
  /** Tokens of the longest prompt with its longest completion, or the student's context length if that is less. */
  readonly length: number;
  readonly sampling: number;
  readonly training: number;
}

/** The memory of a training of the file's; `known` has the checkpoints that it names. */
export const trainingMemory = (
  { values, contextLength }: Pick<PlannedTraining, "values" | "contextLength">,
  file: ExperimentValues,
  known: Pick<FileFacts, "task" | "checkpoint">,
): TrainingMemory => {
  const { batch, optimizer } = values.training;
  // A checkpoint's context is often a hundred times what a task puts before it.
  const length = Math.min(contextLength, neededContext(values, known.task(values)));
  const policy = studentPolicy(file, values, known);
  const training = memoryOfUse("training", policy, { batch, length }, optimizer);
  const sampling = memoryOfUse("sampling", policy, { batch: Math.min(values.rollouts.chunk, batch), length });
  return {
    length,
    sampling: sampling.inputs + sampling.running,
    training: training.inputs + training.running,
  };
};
