/** The thread that learns: a `Learner` behind calls. */
import { openEngine } from "../../engine/choose.ts";
import { evaluateOn } from "../../engine/evaluate.ts";
import type { EngineName } from "../../engine/names.ts";
import type { Engine } from "../../engine/engine.ts";
import { objectiveOf } from "../../objectives/objective-of.ts";
import { isAdapted } from "../../policies/adapters/lora.ts";
import { studentPolicyOf } from "../../policies/checkpoints/classifier.ts";
import type { Weights } from "../../policies/policy.ts";
import { releaseMemory } from "../../workers/release-memory.ts";
import { serve } from "../../workers/serve.ts";
import { AveragedWeights } from "./averaged-weights.ts";
import { checkAddsUp } from "./additivity.ts";
import { checkIdentity } from "../checks/identity.ts";
import type { Batch } from "../batch/collate.ts";
import type { Inspected, InspectedRows } from "./inspected.ts";
import { Learner, type Learned, type LearnerOptions, type SharedWeights } from "./learner.ts";
import { type LearnerState } from "./learner-state.ts";
import type { Recipe } from "../recipe/recipe.ts";
import { aheadTemperature } from "../sequences/sequences.ts";
import { traineeOf, type TrainedParts, type Trainee } from "./trained.ts";

/** What the thread is started for. */
export type OpenLearner = Omit<LearnerOptions, "policy" | "objective" | "frozen"> & {
  readonly engine: EngineName;
  readonly threads: number;
  /** The policy's `config.json`. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly recipe: Pick<Recipe, "objective" | "rollouts" | "data" | "training">;
  readonly parts: TrainedParts;
  readonly state: LearnerState;
  /** Weights of what is not trained. */
  readonly frozen: Weights;
  /** See `checkIdentity`. */
  readonly identityTolerance: number;
  /** Of the average of the policy's weights that a teacher has; none is kept when left out. */
  readonly decay?: number;
};

/** One step to take. */
export interface UpdateRequest {
  readonly batch: Batch;
  /** Number of the first optimizer step, from 1. */
  readonly step: number;
  /** Fraction of the peak learning rate. */
  readonly factor: number;
  /** Optimizer steps on this batch. */
  readonly updates: number;
  /** Whether to inspect the batch before. */
  readonly inspect: boolean;
}

/** The optimizer step on the parts of a batch. */
export interface ApplyRequest {
  /** Its number, from 1. */
  readonly step: number;
  /** Fraction of the peak learning rate. */
  readonly factor: number;
  /** Whether it is the last on this batch. */
  readonly isLast: boolean;
}

/** Where weights are to be. */
export interface SharingRequest {
  /** Of weights that this thread shared before, and that nobody reads any more. */
  readonly memory: SharedArrayBuffer | undefined;
}

/** What a step gives, and the inspection before it if there was one. */
export interface UpdateAnswer extends Learned {
  readonly inspected: Inspected | undefined;
}

let engine: Engine | undefined;
let trainee: Trainee | undefined;
let learner: Learner | undefined;
let average: AveragedWeights | undefined;

const opened = (): Learner => {
  if (learner === undefined) throw new Error("learner: expected a call of open before any other");
  return learner;
};

const handlers = {
  open: async (request: OpenLearner): Promise<{ value: string }> => {
    const {
      engine: name,
      threads,
      config,
      recipe,
      parts,
      state,
      frozen,
      identityTolerance,
      decay,
      ...options
    } = request;
    engine = await openEngine(name, { threads });
    await checkIdentity(engine, objectiveOf(recipe.objective), identityTolerance);
    if (options.inParts === true)
      await checkAddsUp(objectiveOf(recipe.objective, aheadTemperature(recipe)), evaluateOn(engine));
    trainee = traineeOf(studentPolicyOf(config), parts);
    learner = await Learner.open(
      engine,
      { ...options, ...trainee, objective: objectiveOf(recipe.objective, aheadTemperature(recipe)) },
      state,
      frozen,
    );
    if (decay !== undefined) average = new AveragedWeights(decay, state.average ?? (await learner.policyWeights()));
    return { value: engine.name };
  },
  update: async ({ batch, step, factor, updates, inspect }: UpdateRequest): Promise<{ value: UpdateAnswer }> => {
    const inspected = inspect ? await opened().inspect(batch) : undefined;
    const learned = await opened().update(batch, step, factor, updates);
    average?.follow(await opened().policyWeights());
    releaseMemory(Object.values(batch));
    return { value: { ...learned, inspected } };
  },
  inspectRows: async (rows: Batch): Promise<{ value: InspectedRows }> => {
    const value = await opened().inspectRows(rows);
    releaseMemory(Object.values(rows));
    return { value };
  },
  begin: async (parts: readonly Batch[]): Promise<{ value: undefined }> => {
    await opened().begin(parts);
    return { value: undefined };
  },
  add: async (part: Batch): Promise<{ value: undefined }> => {
    await opened().add(part);
    releaseMemory(Object.values(part));
    return { value: undefined };
  },
  apply: async ({ step, factor, isLast }: ApplyRequest): Promise<{ value: Learned }> => {
    const learned = await opened().apply(step, factor, isLast);
    if (isLast) average?.follow(await opened().policyWeights());
    return { value: learned };
  },
  scores: async (batch: Batch): Promise<{ value: Float32Array }> => ({ value: await opened().scores(batch) }),
  weights: async (): Promise<{ value: Weights; transfer: ArrayBufferView[] }> => {
    const value = await opened().policyWeights();
    return { value, transfer: Object.values(value) };
  },
  // Of many samplers none gets a copy: they read the same memory.
  shared: async ({ memory }: SharingRequest): Promise<{ value: SharedWeights; transfer: ArrayBufferView[] }> => {
    const value = await opened().sharedWeights(memory);
    return { value, transfer: Object.values(value.weights) };
  },
  average: (): Promise<{ value: Weights; transfer: ArrayBufferView[] }> => {
    const value = average?.read() ?? {};
    return Promise.resolve({ value, transfer: Object.values(value) });
  },
  adapters: async (): Promise<{ value: Weights; transfer: ArrayBufferView[] }> => {
    const all = await opened().read("parameters");
    const names = trainee !== undefined && isAdapted(trainee.policy) ? Object.keys(trainee.policy.adapters) : [];
    const value = Object.fromEntries(names.map((name) => [name, all[name]!]));
    return { value, transfer: Object.values(value) };
  },
  state: async (): Promise<{ value: LearnerState; transfer: ArrayBufferView[] }> => {
    const state = await opened().state();
    const value = average === undefined ? state : { ...state, average: average.read() };
    const groups = [value.parameters, value.average ?? {}, ...Object.values(value.slots ?? {})];
    return { value, transfer: groups.flatMap((arrays) => Object.values(arrays)) };
  },
};

/** The calls that the thread answers. */
export type LearnerHandlers = typeof handlers;

serve(handlers, {
  close: async () => {
    await engine?.dispose();
    [engine, trainee, learner, average] = [undefined, undefined, undefined, undefined];
  },
});
