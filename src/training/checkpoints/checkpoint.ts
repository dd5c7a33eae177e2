/**
 * Checkpoints: all that an exact continuation needs besides the recipe, in one safetensors file that is written whole
 * or not at all.
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { sizeOf } from "../../engine/program.ts";
import { objectiveOf } from "../../objectives/objective-of.ts";
import { studentPolicyOf } from "../../policies/checkpoints/classifier.ts";
import {
  readSafetensors,
  writeSafetensors,
  type StoredTensor,
} from "../../policies/checkpoints/safetensors/safetensors.ts";
import type { Weights } from "../../policies/policy.ts";
import type { NormalizationState } from "../../rewards/normalization.ts";
import { sourceIdentity } from "../../teachers/teacher-source.ts";
import type { WatchState } from "../checks/watch.ts";
import { initialState, type LearnerState } from "../learner/learner-state.ts";
import { lookaheadOf, noSequences, type SequenceState } from "../sequences/sequences.ts";
import type { CheckpointSettings } from "../recipe/checkpoint-settings.ts";
import { headlineOf, type Headline } from "../recipe/headline.ts";
import type { Recipe } from "../recipe/recipe.ts";
import type { Evaluated } from "../recipe/step-report.ts";
import { versionsAhead } from "../sequences/lookahead.ts";
import { decisive } from "../recipe/training-settings.ts";
import { frozenWeights, initialTrained, traineeOf } from "../learner/trained.ts";
import { stateShapes } from "../learner/optimizer-state.ts";
import { trainedParameters } from "../learner/update.ts";
import { optimizers } from "../optimizers/index.ts";

/**
 * The progress of a run between two steps. All randomness comes from coordinates, so no generator's state is part of
 * it.
 */
export interface Progress {
  /** Steps done. */
  readonly step: number;
  readonly learner: LearnerState;
  /**
   * The student's weights after fewer steps, by their number, that draw steps which have begun already; those that have
   * changed since the run began.
   */
  readonly earlier: ReadonlyMap<number, Weights>;
  readonly host: HostState;
}

const pattern = /^checkpoint-(\d{8,})\.safetensors$/;

/** The name of the checkpoint after so many steps: `checkpoint-00000012.safetensors`. */
export const checkpointName = (step: number): string => `checkpoint-${String(step).padStart(8, "0")}.safetensors`;

/** The steps of a checkpoint's name; nothing for another file. */
export const checkpointStep = (name: string): number | undefined => {
  const digits = pattern.exec(name)?.[1];
  return digits === undefined ? undefined : Number(digits);
};

/** The best that an evaluation has found. */
export interface BestEvaluation extends Headline {
  /** Steps done before it. */
  readonly step: number;
}

/**
 * The best evaluation so far, after one more; the first of equals. One without a headline, or without the metric that
 * the settings name, is none; what was best by another metric, before the settings changed, counts no more.
 */
export const bestOf = (
  best: BestEvaluation | null,
  { step, metrics }: Pick<Evaluated, "step" | "metrics">,
  asked: CheckpointSettings["best"],
): BestEvaluation | null => {
  const found = headlineOf(metrics, typeof asked === "string" ? asked : undefined);
  if (found === undefined || !Number.isFinite(found.value)) return best;
  return best?.metric === found.metric && found.value <= best.value ? best : { step, ...found };
};

/** What the run itself carries from step to step, as plain data. */
export interface HostState {
  /** Of the estimator of advantages. */
  readonly advantages: unknown;
  /** Of the rewards that are normalised by all of their values. */
  readonly rewards: NormalizationState;
  /** Of the controller. */
  readonly controller: unknown;
  /** Of the checks that watch the run. */
  readonly checks: WatchState;
  /** Of the source of sequences. */
  readonly sequences: SequenceState;
  /** The best evaluation; null before the first one. */
  readonly best: BestEvaluation | null;
}

const averagePrefix = "average/";

/**
 * Names a recipe in its checkpoints, so that no other one resumes from them: a hash of everything but folders, machine,
 * checks, how scorers are called, and of weights but the frozen ones, which a checkpoint does not hold.
 */
const fingerprint = (recipe: Recipe): string => {
  const {
    student,
    teacher,
    training,
    folder: _folder,
    machine: _machine,
    models: _models,
    scoring: _scoring,
    ...values
  } = recipe;
  const settings = {
    training: decisive(training),
    student: student.config,
    teacher: teacher === undefined ? undefined : sourceIdentity(teacher),
  };
  const hash = createHash("sha256").update(JSON.stringify({ ...values, ...settings }));
  for (const [name, data] of Object.entries(
    frozenWeights(traineeOf(studentPolicyOf(student.config), training), student.weights),
  )) {
    hash.update(name).update(data);
  }
  return hash.digest("hex");
};

/**
 * Of everything in a checkpoint but the digest itself, so that a byte that changed on the disk is noticed wherever it
 * is.
 */
const digest = (
  tensors: Readonly<Record<string, StoredTensor>>,
  metadata: Readonly<Record<string, string>>,
): string => {
  const { sha256: _sha256, ...rest } = metadata;
  const inOrder = <T>(values: Readonly<Record<string, T>>): [string, T][] =>
    Object.entries(values).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const hash = createHash("sha256").update(JSON.stringify(inOrder(rest)));
  for (const [name, { shape, data }] of inOrder(tensors)) {
    hash.update(JSON.stringify([name, shape])).update(data);
  }
  return hash.digest("hex");
};

/** What a recipe trains and its optimizer keeps: the shapes of all arrays, by kind and by parameter. */
const shapesOf = ({ student, training, objective }: Recipe): ReturnType<typeof stateShapes> => {
  const { policy, frozen } = traineeOf(studentPolicyOf(student.config), training);
  const trained = trainedParameters(policy, objectiveOf(objective), frozen);
  return stateShapes(trained, optimizers.create(training.optimizer));
};

/** Progress before the first step. */
export const beginning = (recipe: Recipe): Progress => {
  const objective = objectiveOf(recipe.objective);
  const { config, weights } = recipe.student;
  const trainee = traineeOf(studentPolicyOf(config), recipe.training);
  return {
    step: 0,
    learner: initialState(initialTrained(trainee, weights, { objective, seed: recipe.seed })),
    earlier: new Map(),
    host: {
      advantages: objective.advantages?.initial ?? null,
      rewards: {},
      controller: objective.controller?.initial ?? null,
      checks: {},
      sequences: noSequences,
      best: null,
    },
  };
};

/** One array of the learner's. What an optimizer keeps is 0 before the first step. `RangeError` where it is missing. */
const arrayOf = (
  { parameters, slots }: LearnerState,
  kind: string,
  name: string,
  shape: readonly number[],
): Float32Array => {
  if (kind !== "parameters" && slots === undefined) return new Float32Array(sizeOf(shape));
  const data = (kind === "parameters" ? parameters : slots?.[kind])?.[name];
  if (data === undefined) throw new RangeError(`checkpoint: expected ${kind} of ${name} from the learner, got none`);
  return data;
};

/** Writes a checkpoint into the folder, and gives its path. */
export const writeCheckpoint = async (
  folder: string,
  recipe: Recipe,
  { step, learner, earlier, host }: Progress,
): Promise<string> => {
  const tensors: Record<string, StoredTensor> = {};
  for (const [kind, shapes] of shapesOf(recipe)) {
    for (const [name, { shape }] of Object.entries(shapes))
      tensors[`${kind}/${name}`] = { shape, data: arrayOf(learner, kind, name, shape) };
  }
  for (const [name, data] of Object.entries(learner.average ?? {}))
    tensors[`${averagePrefix}${name}`] = { shape: [data.length], data };
  const { parameters: all } = studentPolicyOf(recipe.student.config);
  for (const [version, weights] of earlier) {
    for (const [name, data] of Object.entries(weights))
      tensors[`earlier/${version}/${name}`] = { shape: all[name]!.shape, data };
  }
  const metadata = { step: String(step), host: JSON.stringify(host), recipe: fingerprint(recipe) };
  const path = join(folder, checkpointName(step));
  await writeSafetensors(path, { tensors, metadata: { ...metadata, sha256: digest(tensors, metadata) } });
  return path;
};

const arraysOf = (
  parameters: Readonly<Record<string, { readonly shape: readonly number[] }>>,
  tensors: Readonly<Record<string, StoredTensor>>,
  kind: string,
  path: string,
): Weights =>
  Object.fromEntries(
    Object.entries(parameters).map(([name, { shape }]) => {
      const tensor = tensors[`${kind}/${name}`];
      if (tensor?.shape.join() !== shape.join()) {
        throw new RangeError(
          `${path}: expected ${kind}/${name} of shape [${shape.join(", ")}], got ` +
            `${tensor === undefined ? "nothing" : `[${tensor.shape.join(", ")}]`}`,
        );
      }
      return [name, tensor.data];
    }),
  );

/**
 * The average of the student that a teacher has, if one follows it. The digest has shown that it is as it was written.
 */
const averageIn = (tensors: Readonly<Record<string, StoredTensor>>): { readonly average?: Weights } => {
  const entries = Object.entries(tensors).filter(([name]) => name.startsWith(averagePrefix));
  if (entries.length === 0) return {};
  return { average: Object.fromEntries(entries.map(([name, { data }]) => [name.slice(averagePrefix.length), data])) };
};

/** The weights of the versions that must be there. */
const earlierOf = (
  recipe: Recipe,
  step: number,
  tensors: Readonly<Record<string, StoredTensor>>,
  path: string,
): Progress["earlier"] => {
  const { parameters } = studentPolicyOf(recipe.student.config);
  const versions = versionsAhead(step, lookaheadOf(recipe));
  return new Map(
    versions.map((version) => {
      const prefix = `earlier/${version}/`;
      const names = Object.keys(tensors).filter((name) => name.startsWith(prefix));
      const own = names.map((name) => name.slice(prefix.length)).filter((name) => Object.hasOwn(parameters, name));
      if (own.length === 0) throw new RangeError(`${path}: expected the weights after step ${version}, got none`);
      return [
        version,
        arraysOf(Object.fromEntries(own.map((name) => [name, parameters[name]!])), tensors, `earlier/${version}`, path),
      ];
    }),
  );
};

/** A checkpoint that is not as it was written; an older one may be. */
export class DamagedCheckpointError extends Error {
  override readonly name = "DamagedCheckpointError";
}

/**
 * Reads a checkpoint. `DamagedCheckpointError` when it is not as it was written, `RangeError` when it is of another
 * recipe. Both name the file.
 */
export const readCheckpoint = async (path: string, recipe: Recipe): Promise<Progress> => {
  const { tensors, metadata } = await readSafetensors(path).catch((cause: unknown) => {
    throw new DamagedCheckpointError(`${path}: the checkpoint is damaged`, { cause });
  });
  if (metadata["sha256"] !== digest(tensors, metadata)) {
    throw new DamagedCheckpointError(`${path}: the checkpoint has changed since it was written`);
  }
  if (metadata["recipe"] !== fingerprint(recipe)) {
    throw new RangeError(
      `${path}: this checkpoint belongs to another experiment; remove it to start anew, or give the run another folder`,
    );
  }
  const { parameters = {}, ...slots } = Object.fromEntries(
    [...shapesOf(recipe)].map(([kind, shapes]) => [kind, arraysOf(shapes, tensors, kind, path)]),
  );
  const step = Number(metadata["step"]);
  if (!Number.isInteger(step) || step < 0)
    throw new RangeError(`${path}: expected a step, got ${JSON.stringify(metadata["step"])}`);
  return {
    step,
    learner: { parameters, slots, ...averageIn(tensors) },
    earlier: earlierOf(recipe, step, tensors, path),
    host: JSON.parse(metadata["host"] ?? "null") as HostState,
  };
};
