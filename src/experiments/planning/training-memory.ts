/** What memory a planned training takes, before it runs. */
import type { ProgramMemory } from "../../engine/onnx/memory.ts";
import { objectiveOf } from "../../objectives/objective-of.ts";
import type { Signal } from "../../objectives/objective.ts";
import { defined } from "../../optional/defined.ts";
import type { Policy } from "../../policies/policy.ts";
import { memoryOfLearning, memoryOfUse } from "../../training/learner/memory.ts";
import type { ExperimentValues } from "../schema/experiment-schema.ts";
import { singleTeachers, type SingleTeacherValues } from "../schema/teacher-schema.ts";
import { stageValues } from "../schema/trainings.ts";
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
 * Bytes at the peak of the programs in float32 on ONNX Runtime, weights included: sampling a chunk, a step of
 * distillation with the training's optimizer, and scoring a chunk by the teachers that run here. An estimate.
 */
export interface TrainingMemory {
  /** Tokens of the longest prompt with its longest completion, or the student's context length if that is less. */
  readonly length: number;
  readonly sampling: number;
  readonly training: number;
  /** 0 without a teacher that runs here. */
  readonly scoring: number;
  /**
   * Of the process: all of these, for each has a thread and weights of its own, and what a process takes for itself.
   */
  readonly peak: number;
}

const totalOf = ({ inputs, running }: ProgramMemory): number => inputs + running;

/** Signals for which a teacher is asked. */
const scored: readonly Signal[] = ["teacherLogProbs", "teacherTopKLogProbs", "foreignTeacherLogProbs"];

/** The policy of a teacher that runs here; nothing of one behind a server. */
const teacherPolicy = (
  teacher: SingleTeacherValues,
  student: Policy,
  file: ExperimentValues,
  known: Pick<FileFacts, "task" | "checkpoint">,
): Policy | undefined => {
  if ("student" in teacher) return student;
  if ("stage" in teacher) return studentPolicy(file, stageValues(file, teacher.stage), known);
  return "checkpoint" in teacher ? known.checkpoint(teacher.checkpoint).policy : undefined;
};

/** The memory of a training of the file's; `known` has the checkpoints that it names. */
export const trainingMemory = (
  { values, contextLength }: Pick<PlannedTraining, "values" | "contextLength">,
  file: ExperimentValues,
  known: Pick<FileFacts, "task" | "checkpoint">,
): TrainingMemory => {
  const { batch, optimizer, microBatch, recompute } = values.training;
  // A checkpoint's context is often a hundred times what a task puts before it.
  const length = Math.min(contextLength, neededContext(values, known.task(values)));
  const policy = studentPolicy(file, values, known);
  const training = memoryOfLearning(policy, { batch, length }, defined({ optimizer, microBatch, recompute }));
  const sampling = memoryOfUse("sampling", policy, { batch: Math.min(values.rollouts.chunk, batch), length });
  const [drawn, learned] = [totalOf(sampling), totalOf(training)];
  const { needs } = objectiveOf(values.objective);
  const taught = scored.some((signal) => needs.includes(signal));
  const scoring = singleTeachers(taught ? values.teacher : undefined)
    .flatMap(({ teacher }) => teacherPolicy(teacher, policy, file, known) ?? [])
    .map((each) => totalOf(memoryOfUse("scoring", each, { batch: Math.min(values.rollouts.chunk, batch), length })))
    .reduce((sum, bytes) => sum + bytes, 0);
  return {
    length,
    sampling: drawn,
    training: learned,
    scoring,
    peak: processBytes + drawn + learned + scoring,
  };
};
