/**
 * The learner: holds the student's weights and what the optimizer keeps on an engine, and takes one step with each
 * batch.
 */
import type { Buffer, Engine, Executable } from "../../engine/engine.ts";
import { float32, type TypedArray } from "../../engine/program.ts";
import { isAdapted } from "../../policies/adapters/lora.ts";
import { openMerger, type Merger } from "../../policies/adapters/merge.ts";
import type { Weights } from "../../policies/policy.ts";
import { layoutOf, ownNumbers } from "../../policies/shared-numbers.ts";
import { batchSpecs, type Batch } from "../batch/collate.ts";
import type { InspectedTokens } from "../batch/token-log.ts";
import { inspectionProgram } from "./inspection.ts";
import { optimizers } from "../optimizers/index.ts";
import type { Optimizer } from "../optimizers/optimizer.ts";
import { scalarValues } from "./apply-optimizer.ts";
import { downloadState, packsOf, uploadFrozen, uploadState, type LearnerState } from "./learner-state.ts";
import { statePacks } from "./optimizer-state.ts";
import type { Pack } from "./packing.ts";
import { scoresProgram, updateProgram, type UpdateOptions } from "./update.ts";

/** What one step gives. */
export interface Learned {
  /** Scalars by name: `loss`, `gradient/norm`, and the objective's own. */
  readonly metrics: Readonly<Record<string, number>>;
}

/** What an inspection gives. */
export interface Inspected {
  /** Scalars by name: `gradient/<term>/norm`, `gradient/<a>~<b>/cosine`, `weight/<term>`. */
  readonly metrics: Readonly<Record<string, number>>;
  /** [B, C] log-probs in nats of the batch's targets at the sampling temperature. */
  readonly logProbs: Float32Array;
  /** What student and teacher say of the batch's tokens, where the objective reads the teacher's distributions. */
  readonly tokens?: InspectedTokens;
}

/** A policy's weights, and the shared memory that they are alone in; none where they are not shared. */
export interface SharedWeights {
  readonly weights: Weights;
  readonly memory: SharedArrayBuffer | undefined;
}

/** What a learner is made for. */
export interface LearnerOptions extends UpdateOptions {
  /** Of the student when it samples; 1 when left out. Inspections alone read it. */
  readonly samplingTemperature?: number;
}

const dispose = (buffers: ReadonlyMap<string, Buffer>): void => {
  for (const buffer of buffers.values()) buffer.dispose();
};

const outputNamed = (outputs: Readonly<Record<string, Buffer>>, name: string): Buffer => {
  const output = outputs[name];
  if (output === undefined) throw new Error(`learner: the update program gave no "${name}"`);
  return output;
};

const checkFinite = (metrics: Readonly<Record<string, number>>, step: number): void => {
  const broken = ["loss", "gradient/norm"].filter((name) => !Number.isFinite(metrics[name]));
  if (broken.length === 0) return;
  const values = broken.map((name) => `${name} is ${metrics[name]}`).join(" and ");
  throw new Error(
    `step ${step}: ${values}; the weights before this step are kept. Lower the learning rate or clipNorm, or ` +
      "check the rewards and teacher scores of this step",
  );
};

/** Takes steps on one engine. */
export class Learner {
  readonly #engine: Engine;
  readonly #options: LearnerOptions;
  readonly #executable: Executable;
  readonly #optimizer: Optimizer;
  /** Packs of each kind of arrays in the state. */
  readonly #kinds: ReadonlyMap<string, readonly Pack[]>;
  readonly #frozen: ReadonlyMap<string, Buffer>;
  #inspection: Executable | undefined;
  #scoring: Executable | undefined;
  #merger: Merger | undefined;
  #state: ReadonlyMap<string, Buffer>;

  private constructor(
    engine: Engine,
    options: LearnerOptions,
    executable: Executable,
    buffers: Record<"frozen" | "state", ReadonlyMap<string, Buffer>>,
  ) {
    this.#engine = engine;
    this.#options = options;
    this.#executable = executable;
    this.#optimizer = optimizers.create(options.optimizer);
    this.#kinds = statePacks(packsOf(options), this.#optimizer);
    this.#frozen = buffers.frozen;
    this.#state = buffers.state;
  }

  /**
   * Compiles the update program and uploads the state, and the weights that are frozen. `RangeError` when an array is
   * missing or does not fit, and for the state of another optimizer.
   */
  static async open(
    engine: Engine,
    options: LearnerOptions,
    state: LearnerState,
    frozen: Weights = {},
  ): Promise<Learner> {
    const kinds = statePacks(packsOf(options), optimizers.create(options.optimizer));
    const executable = await engine.compile(updateProgram(options));
    const buffers = { frozen: uploadFrozen(engine, options, frozen), state: uploadState(engine, kinds, state) };
    return new Learner(engine, options, executable, buffers);
  }

  /**
   * Learns from one batch: `updates` optimizer steps on it, the first of them number `step` from 1, with `factor` times
   * the peak learning rate. The state changes only when all of them succeeded with finite losses and gradients;
   * otherwise an error says which is not, and the weights stay as they were. Metrics are means over the updates.
   */
  async update(batch: Batch, step: number, factor: number, updates = 1): Promise<Learned> {
    const before = this.#state;
    let state = before;
    const all: Record<string, number>[] = [];
    try {
      for (let i = 0; i < updates; i += 1) {
        const scalars = scalarValues(this.#optimizer, factor, step + i);
        const outputs = await this.#run(this.#executable, state, batch, scalars);
        const metrics = await this.#readMetrics(outputs);
        const next = new Map([...state.keys()].map((name) => [name, outputNamed(outputs, name)]));
        if (state !== before) dispose(state);
        state = next;
        checkFinite(metrics, step + i);
        all.push(metrics);
      }
    } catch (error) {
      if (state !== before) dispose(state);
      throw error;
    }
    dispose(before);
    this.#state = state;
    const mean = (name: string): number => all.reduce((sum, metrics) => sum + metrics[name]!, 0) / all.length;
    return { metrics: Object.fromEntries(Object.keys(all[0] ?? {}).map((name) => [name, mean(name)])) };
  }

  #parameters(): ReadonlyMap<string, Buffer> {
    return new Map([...this.#state].filter(([name]) => name.startsWith("parameters/")));
  }

  /**
   * Inspects a batch with the weights as they are; see `inspectionProgram`, which is compiled at the first call.
   * Changes nothing.
   */
  async inspect(batch: Batch): Promise<Inspected> {
    const { samplingTemperature = 1 } = this.#options;
    this.#inspection ??= await this.#engine.compile(inspectionProgram({ ...this.#options, samplingTemperature }));
    const outputs = await this.#run(this.#inspection, this.#parameters(), batch, {});
    try {
      const logProbs = (await this.#engine.download(outputNamed(outputs, "logProbs"))) as Float32Array;
      const seen = { metrics: await this.#readMetrics(outputs), logProbs };
      const tokens = await this.#take(outputs, "tokens/");
      return Object.keys(tokens).length === 0 ? seen : { ...seen, tokens: tokens as unknown as InspectedTokens };
    } finally {
      dispose(new Map(Object.entries(outputs)));
    }
  }

  /**
   * The student's score of each sequence of a batch, [B], when it is a reward model. Changes nothing; the program is
   * compiled at the first call.
   */
  async scores(batch: Batch): Promise<Float32Array> {
    this.#scoring ??= await this.#engine.compile(scoresProgram(this.#options));
    const { scores } = await this.#run(this.#scoring, this.#parameters(), batch, {});
    try {
      return (await this.#engine.download(scores!)) as Float32Array;
    } finally {
      scores?.dispose();
    }
  }

  /** Runs a program on a state and what the step brings; frees the latter even when an upload or the run fails. */
  async #run(
    executable: Executable,
    state: ReadonlyMap<string, Buffer>,
    batch: Batch,
    scalars: Readonly<Record<string, number>>,
  ): Promise<Record<string, Buffer>> {
    const { batch: shape, objective } = this.#options;
    const transient: Record<string, Buffer> = {};
    try {
      for (const [name, spec] of Object.entries(batchSpecs(shape, objective.needs))) {
        const data = batch[name];
        if (data === undefined)
          throw new TypeError(`learner: the batch has no "${name}", which the objective ${objective.name} reads`);
        transient[name] = this.#engine.upload(data, spec);
      }
      for (const [name, value] of Object.entries(scalars))
        transient[name] = this.#engine.upload(Float32Array.of(value), float32());
      return await executable.run({ ...Object.fromEntries(this.#frozen), ...Object.fromEntries(state), ...transient });
    } finally {
      dispose(new Map(Object.entries(transient)));
    }
  }

  /** The values of the outputs whose names begin with the prefix, by the rest of their names. Frees them. */
  async #take(outputs: Readonly<Record<string, Buffer>>, prefix: string): Promise<Record<string, TypedArray>> {
    const values: Record<string, TypedArray> = {};
    for (const [name, buffer] of Object.entries(outputs))
      if (name.startsWith(prefix)) values[name.slice(prefix.length)] = await this.#engine.take(buffer);
    return values;
  }

  async #readMetrics(outputs: Readonly<Record<string, Buffer>>): Promise<Record<string, number>> {
    const values = await this.#take(outputs, "metrics/");
    return Object.fromEntries(Object.entries(values).map(([name, [value]]) => [name, value!]));
  }

  /**
   * Copies of the arrays of one kind, by the names of the parameters that have one: `parameters`, or a slot of the
   * optimizer. `RangeError` for a slot that it does not keep.
   */
  async read(kind: string): Promise<Weights> {
    const packs = this.#kinds.get(kind);
    if (packs === undefined)
      throw new RangeError(
        `learner: expected one of ${[...this.#kinds.keys()].join(", ")}, which ${this.#optimizer.name} has, ` +
          `got ${kind}`,
      );
    return downloadState(this.#engine, packs, this.#state, kind, ownNumbers(packs.map(({ size }) => size)));
  }

  /** Copies of all that an exact continuation needs: what is trained, and what the optimizer keeps of it. */
  async state(): Promise<LearnerState> {
    const slots: Record<string, Weights> = {};
    for (const kind of this.#kinds.keys()) if (kind !== "parameters") slots[kind] = await this.read(kind);
    return { parameters: await this.read("parameters"), slots };
  }

  /**
   * Copies of the policy's weights that are not as they were: those that are trained, without a value head; with
   * adapters, the weights of the layers that have one, with the adapters in them.
   */
  async policyWeights(): Promise<Weights> {
    const { policy } = this.#options;
    const trained = await this.read("parameters");
    if (!isAdapted(policy))
      return Object.fromEntries(Object.entries(trained).filter(([name]) => Object.hasOwn(policy.parameters, name)));
    this.#merger ??= await openMerger(this.#engine, policy);
    const base = Object.fromEntries([...this.#frozen].map(([name, buffer]) => [name.slice("frozen/".length), buffer]));
    return this.#merger.merge(base, trained);
  }

  /**
   * The same in memory that threads share: `memory`, which weights of this learner were in before, or new memory. The
   * merged weights of adapters are not shared.
   */
  async sharedWeights(memory?: SharedArrayBuffer): Promise<SharedWeights> {
    if (isAdapted(this.#options.policy)) return { weights: await this.policyWeights(), memory: undefined };
    const { parameters } = this.#options.policy;
    const packs = packsOf(this.#options);
    const { begins, bytes } = layoutOf(packs.map(({ size }) => size));
    const shared = memory ?? new SharedArrayBuffer(bytes);
    const flats = packs.map(({ size }, i) => new Float32Array(shared, begins[i], size));
    const all = await downloadState(this.#engine, packs, this.#state, "parameters", flats);
    const own = Object.entries(all).filter(([name]) => Object.hasOwn(parameters, name));
    return { weights: Object.fromEntries(own), memory: shared };
  }

  /** Frees programs and state. */
  async dispose(): Promise<void> {
    dispose(this.#state);
    dispose(this.#frozen);
    await this.#merger?.dispose();
    await this.#inspection?.dispose();
    await this.#scoring?.dispose();
    await this.#executable.dispose();
  }
}
