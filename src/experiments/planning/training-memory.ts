/** What memory a planned training takes, before it runs. */
import { availableParallelism } from "node:os";
import type { EngineName } from "../../engine/names.ts";
import { canonicalJson } from "../../files/canonical-json.ts";
import { objectiveOf } from "../../objectives/objective-of.ts";
import type { Signal } from "../../objectives/objective.ts";
import { defined } from "../../optional/defined.ts";
import { scoringPolicy } from "../../policies/classification-head.ts";
import { modulesIn } from "../../plugins/modules-in.ts";
import { isLarge } from "../../policies/program-threads.ts";
import type { Policy } from "../../policies/policy.ts";
import { neighbours } from "../../training/batch/shared-prompts.ts";
import { traineeOf } from "../../training/learner/trained.ts";
import { processMemory, type Draw, type EngineCosts } from "../../training/memory/process.ts";
import type { LearningOptions } from "../../training/memory/programs.ts";
import { agreementsOf } from "../../training/recipe/evaluation-settings.ts";
import { aheadTemperature, lookaheadOf } from "../../training/sequences/sequences.ts";
import type { ExperimentValues } from "../schema/experiment-schema.ts";
import { singleTeachers, type SingleTeacherValues } from "../schema/teacher-schema.ts";
import { stageValues, type TrainingValues } from "../schema/trainings.ts";
import type { FileFacts } from "../inputs/file-context.ts";
import type { PlannedTraining } from "./planned.ts";
import { maxNewTokens, neededContext } from "../inputs/lengths.ts";
import { studentPolicy } from "../inputs/students.ts";

const MiB = 2 ** 20;

/**
 * Bytes of a process that trains next to nothing: measured with a policy of 1 layer and width 16, 298 MiB with five
 * threads and 264 with four.
 */
const compiled: EngineCosts = { process: 160 * MiB, thread: 34 * MiB, arenas: true, copies: true };

/**
 * The same on TensorFlow, with its library and XLA's compiler: 823 MiB were measured with five threads where programs
 * were compiled, and 802 where they were there.
 */
const tensorflow: EngineCosts = { process: 690 * MiB, thread: 34 * MiB, arenas: false, copies: false };

const costsOf = (engine: EngineName): EngineCosts => (engine.startsWith("tensorflow") ? tensorflow : compiled);

/** Bytes that a process takes whatever it trains. */
export const processBytes = compiled.process + 3 * compiled.thread;

/** More threads than this are not used. */
const mostThreads = 4;

/**
 * Bytes at the peak, an estimate from the programs in float32 on ONNX Runtime; weights, and what each program keeps,
 * included.
 */
export interface TrainingMemory {
  /** Tokens of the longest prompt with its longest completion, or the student's context length if that is less. */
  readonly length: number;
  /** Of the samplers. */
  readonly sampling: number;
  /** Of the learner, and of weights in the main thread. */
  readonly training: number;
  /** Of teachers and references that run here; 0 without one. */
  readonly scoring: number;
  /** Of the process: all of these, and what a process and its threads take for themselves. */
  readonly peak: number;
}

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

/** What is drawn in a run, apart from what the student is shown. */
const drawsOf = (values: TrainingValues): readonly Draw[] => {
  const { rollouts, evaluation, training, objective } = values;
  if (objectiveOf(objective).pairs === true) return [];
  const { chunk, group } = rollouts;
  const evaluations = 2 + (evaluation.every > 0 ? Math.floor((training.steps - 1) / evaluation.every) : 0);
  const modes = [evaluation, ...Object.values(evaluation.also ?? {})].map(({ prompts, samples = 1 }) => ({
    group: samples,
    calls: evaluations * Math.ceil((prompts * samples) / chunk),
  }));
  const own = { group, calls: training.steps * Math.ceil(training.batch / chunk) };
  return lookaheadOf(values).studentDraws ? [own, ...modes] : modes;
};

/** How the student learns. */
const learningOf = (
  values: TrainingValues,
  student: Policy,
  tokens: { readonly prompt: number; readonly completion: number },
  foreignVocabularySize: number,
): LearningOptions => {
  const { batch, optimizer, clipNorm, microBatch = batch, recompute, inspectEvery } = values.training;
  const objective = objectiveOf(values.objective, aheadTemperature(values));
  const { topK, pairs = false } = objective;
  const inParts = microBatch < batch;
  const trainee = traineeOf(pairs ? scoringPolicy(student) : student, values.training);
  return {
    ...trainee,
    objective,
    batch: {
      size: inParts ? microBatch : batch,
      ...tokens,
      ...(pairs ? { whole: true } : {}),
      vocabularySize: trainee.policy.vocabularySize,
      foreignVocabularySize,
      ...defined({ topK }),
    },
    optimizer,
    clipNorm,
    group: neighbours(values),
    ...defined({ recompute }),
    inParts,
    inspects: inspectEvery > 0 && !pairs,
  };
};

/** The policies that score here. */
const scorersOf = (
  values: TrainingValues,
  student: Policy,
  file: ExperimentValues,
  known: Pick<FileFacts, "task" | "checkpoint">,
): readonly Policy[] => {
  const { needs } = objectiveOf(values.objective);
  const taught = scored.some((signal) => needs.includes(signal));
  const teachers = singleTeachers(values.teacher).flatMap(
    ({ teacher }) => teacherPolicy(teacher, student, file, known) ?? [],
  );
  return [
    ...(taught ? teachers : []),
    ...(needs.includes("referenceLogProbs") ? [student] : []),
    ...(values.data.adaptive === undefined ? [] : [student]),
    ...(agreementsOf(values.evaluation).length > 0 ? [student, ...teachers] : []),
  ];
};

/**
 * What of an objective can decide its program: weights and temperatures cannot, unless a module of the user's reads
 * them.
 */
const programPart = (objective: TrainingValues["objective"]): unknown =>
  modulesIn(objective).length > 0
    ? objective
    : JSON.parse(JSON.stringify(objective, (_key, value: unknown) => (typeof value === "number" ? null : value)));

/** What decides the memory of a training, as text: trainings of the same are estimated once. */
export const memoryKind = (
  { values, contextLength }: Pick<PlannedTraining, "values" | "contextLength">,
  file: ExperimentValues,
): string => {
  const { student, teacher, task, taskSeed, tokenizer, training, rollouts, objective, evaluation, data } = values;
  const { needs, terms = [], pairs = false, topK } = objectiveOf(objective);
  const { batch, microBatch, recompute, optimizer, inspectEvery, freeze, adapters, steps } = training;
  return canonicalJson({
    ...defined({ student, teacher, task, taskSeed, tokenizer, rollouts, evaluation, freeze, adapters, recompute }),
    ...defined({ contextLength, batch, microBatch, inspectEvery, steps }),
    data: defined({ adaptive: data.adaptive, onPolicyFraction: data.onPolicyFraction }),
    engine: values.engine,
    rewards: values.rewards.length > 0,
    optimizer: optimizer.type,
    objective: { values: programPart(objective), needs, terms: terms.length, pairs, ...defined({ topK }) },
    stages: file.stages ?? {},
  });
};

/**
 * The memory of a training of the file's; `known` has the checkpoints that it names. `threads` of each part, as many as
 * a run on this machine takes when left out.
 */
export const trainingMemory = (
  { values, contextLength }: Pick<PlannedTraining, "values" | "contextLength">,
  file: ExperimentValues,
  known: Pick<FileFacts, "task" | "checkpoint">,
  threads: number = Math.min(availableParallelism(), mostThreads),
): TrainingMemory => {
  const task = known.task(values);
  // A checkpoint's context is often a hundred times what a task puts before it.
  const length = Math.min(contextLength, neededContext(values, task));
  const completion = Math.min(length - 1, maxNewTokens(values, task));
  const tokens = { prompt: length - completion, completion };
  const student = studentPolicy(file, values, known);
  const scorers = scorersOf(values, student, file, known);
  const { sampling, training, scoring, all } = processMemory({
    costs: costsOf(values.engine),
    student,
    learning: learningOf(values, student, tokens, scorers[0]?.vocabularySize ?? student.vocabularySize),
    rows: values.training.batch,
    call: { batch: values.rollouts.chunk, ...tokens },
    samplers: isLarge(student) ? 1 : threads,
    draws: drawsOf(values),
    scorers,
    others: values.rewards.length > 0 ? values.scoring.reward.workers : 0,
    ahead: lookaheadOf(values).maxStaleness,
  });
  return { length, sampling, training, scoring, peak: all };
};
