/**
 * What memory the process of a training takes at its peak: what each thread holds all the time, what its programs keep,
 * and the largest of what comes and goes. Every term was measured by itself (docs/log.md, 2026-12-01).
 */
import type { ProgramMemory } from "../../engine/onnx/memory.ts";
import { bytesOf, type TensorSpec } from "../../engine/program.ts";
import type { Policy } from "../../policies/policy.ts";
import { batchSpecs } from "../batch/collate.ts";
import { packsOf } from "../learner/learner-state.ts";
import { stateSpecs } from "../learner/optimizer-state.ts";
import { frozenSpecs } from "../learner/update.ts";
import { optimizers } from "../optimizers/index.ts";
import { memoryOfDrawing, memoryOfScoring, memoryOfStep, type CallSizes, type LearningOptions } from "./programs.ts";

/** What an engine takes besides the programs' tensors. */
export interface EngineCosts {
  /** Bytes of a process that trains next to nothing: Node.js, this package and the engine's library. */
  readonly process: number;
  /** Bytes of each of its threads: a heap of V8 with this package and TensorFlow.js in it. */
  readonly thread: number;
  /**
   * Whether each program keeps what a run of it took, in an arena of its own. Where it is given back, the largest of a
   * thread's programs counts.
   */
  readonly arenas: boolean;
  /** Whether weights that threads share are copied before a program reads them. */
  readonly copies: boolean;
}

/** One kind of draw: the completions of the steps, or those of a way of evaluating. */
export interface Draw {
  /** Completions of each prompt that come one after the other. */
  readonly group: number;
  /** Calls of samplers over the whole run. */
  readonly calls: number;
}

/** The parts of a process. */
export interface ProcessParts {
  readonly costs: EngineCosts;
  /** The student as it draws. */
  readonly student: Policy;
  readonly learning: LearningOptions;
  /** Sequences of a step. */
  readonly rows: number;
  /** Of one call of a sampler and of a scorer. */
  readonly call: CallSizes;
  /** Sampling threads. */
  readonly samplers: number;
  readonly draws: readonly Draw[];
  /** Policies that score here, each in a thread of its own; the student itself where its weights are not read anew. */
  readonly scorers: readonly Policy[];
  /** Threads without a policy, such as those of rewards. */
  readonly others: number;
  /** Steps that are drawn ahead. */
  readonly ahead: number;
}

/** Bytes at the peak; `all` is the sum of the others. */
export interface ProcessMemory {
  /** Of Node.js, the engine's library, and every thread's own. */
  readonly process: number;
  /** Of the samplers: weights, and what the programs of draws keep. */
  readonly sampling: number;
  /** Of the learner: state, what its programs keep, and what comes and goes in a step. */
  readonly training: number;
  /** Of teachers and references that run here. */
  readonly scoring: number;
  readonly all: number;
}

const total = (specs: Readonly<Record<string, TensorSpec>>): number =>
  Object.values(specs).reduce((sum, spec) => sum + bytesOf(spec), 0);

const weightsOf = ({ parameters }: Pick<Policy, "parameters">): number =>
  Object.values(parameters).reduce((sum, { shape }) => sum + shape.reduce((all, size) => all * size, 4), 0);

const sumOf = <T>(items: readonly T[], bytes: (item: T) => number): number =>
  items.reduce((sum, item) => sum + bytes(item), 0);

/** What a run takes beside inputs and copies of outputs: constants, and what is computed on the way. */
const ownOf = ({ running, outputs }: ProgramMemory): number => running - outputs;

/** Of the programs of one thread: what all of them keep, or the most that one takes. */
const ofPrograms = ({ arenas }: EngineCosts, bytes: readonly number[]): number =>
  arenas ? sumOf(bytes, (own) => own) : Math.max(0, ...bytes);

/** Weights as an engine holds them besides the memory that threads share. */
const copied = ({ copies }: EngineCosts, policy: Policy): number => (copies ? weightsOf(policy) : 0);

/**
 * Each sampler has a program for each kind of draw, as calls go to whichever sampler is idle; and its own copy of the
 * weights.
 */
const samplingBytes = ({ costs, student, samplers, draws, call }: ProcessParts): number => {
  const known = new Map<number, number>();
  const bytesOfGroup = (group: number): number => {
    const bytes = known.get(group) ?? ownOf(memoryOfDrawing(student, call, group));
    known.set(group, bytes);
    return bytes;
  };
  const threads = Array.from({ length: samplers }, (_, index) =>
    ofPrograms(
      costs,
      draws.filter(({ calls }) => calls > index).map(({ group }) => bytesOfGroup(group)),
    ),
  );
  return samplers * copied(costs, student) + sumOf(threads, (bytes) => bytes);
};

/** Weights of each scorer, read once by the main thread, and what its program takes. */
const scoringBytes = ({ costs, scorers, call, learning }: ProcessParts): number =>
  sumOf(
    scorers,
    (policy) => weightsOf(policy) + copied(costs, policy) + ownOf(memoryOfScoring(policy, call, learning.group ?? 1)),
  );

/** Bytes of what the learner holds between steps; `parameters` are part of the state. */
const heldBy = (learning: LearningOptions): Record<"state" | "parameters" | "frozen", number> => {
  const packs = packsOf(learning);
  return {
    state: total(stateSpecs(packs, optimizers.create(learning.optimizer))),
    parameters: sumOf(packs, ({ size }) => 4 * size),
    frozen: total(frozenSpecs(learning.policy, learning.frozen)),
  };
};

/** What comes and goes beside the state while a step's programs run: rows, gradients, and copies of the outputs. */
const passing = (
  { state, parameters, frozen }: ReturnType<typeof heldBy>,
  { inspection, update, add, apply }: ReturnType<typeof memoryOfStep>,
): number => {
  const beside = (memory: ProgramMemory | undefined, held: number): number =>
    memory === undefined ? 0 : memory.inputs - held + memory.outputs;
  return Math.max(
    beside(inspection, parameters + frozen),
    beside(update, state + frozen),
    beside(add, parameters + frozen),
    beside(apply, state),
  );
};

/** The learner: its state, the kept memory of its programs, and the most that passes through it. */
const trainingBytes = ({ costs, learning, student, samplers, ahead, rows }: ProcessParts): number => {
  const held = heldBy(learning);
  const programs = memoryOfStep(learning);
  // The main thread's weights, those that the state began with, and those that samplers are sent, for each step ahead.
  const weights = weightsOf(student) + held.parameters + (1 + ahead) * weightsOf(student);
  // What scorers said of the whole step waits in the main thread until its rows are learned from.
  const { batch, objective } = learning;
  const said = (1 + ahead) * total(batchSpecs({ ...batch, size: rows }, objective.needs));
  const most = Math.max(
    passing(held, programs),
    // Samplers have the new weights before they let go of the old ones.
    samplers * copied(costs, student),
    // A checkpoint is a copy of the state.
    held.state,
  );
  return held.state + held.frozen + weights + said + ofPrograms(costs, Object.values(programs).map(ownOf)) + most;
};

/** The peak of a process. `RangeError` for sizes that do not fit a policy. */
export const processMemory = (parts: ProcessParts): ProcessMemory => {
  const { costs, samplers, scorers, others } = parts;
  const threads = 1 + samplers + scorers.length + others;
  const process = costs.process + threads * costs.thread;
  const [sampling, training, scoring] = [samplingBytes(parts), trainingBytes(parts), scoringBytes(parts)];
  return { process, sampling, training, scoring, all: process + sampling + training + scoring };
};
