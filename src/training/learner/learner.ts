/**
 * The learner: holds the student's weights and the optimizer's moments on an engine, and takes one step with each
 * batch.
 */
import type { Buffer, Engine, Executable } from "../../engine/engine.ts";
import { float32, type TypedArray } from "../../engine/program.ts";
import type { Signal } from "../../objectives/objective.ts";
import { isAdapted } from "../../policies/adapters/lora.ts";
import { openMerger, type Merger } from "../../policies/adapters/merge.ts";
import type { Weights } from "../../policies/policy.ts";
import { layoutOf, ownNumbers } from "../../policies/shared-numbers.ts";
import { batchSpecs, type Batch } from "../batch/collate.ts";
import { inspectedSignals } from "../batch/inspected-signals.ts";
import type { InspectedTokens } from "../batch/token-log.ts";
import { diagnosticMetrics } from "./diagnostic-metrics.ts";
import { inspectionProgram } from "./inspection.ts";
import { stepScalars } from "./optimizer.ts";
import { downloadState, packsOf, uploadFrozen, uploadState, type LearnerState } from "./learner-state.ts";
import { scoresProgram, type stateKinds, updateProgram, type UpdateOptions } from "./update.ts";

/** What one step gives. */
export interface Learned {
  /** Scalars by name: `loss`, `gradient/norm`, and the objective's own. */
  readonly metrics: Readonly<Record<string, number>>;
}

/** What an inspection gives. */
export interface Inspected {
  /** Scalars by name: `gradient/<term>/norm`, `gradient/<a>~<b>/cosine`, `weight/<term>`; see `diagnosticMetrics`. */
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
    this.#frozen = buffers.frozen;
    this.#state = buffers.state;
  }

  /**
   * Compiles the update program and uploads the state, and the weights that are frozen. `RangeError` when an array does
   * not fit its parameter.
   */
  static async open(
    engine: Engine,
    options: LearnerOptions,
    state: LearnerState,
    frozen: Weights = {},
  ): Promise<Learner> {
    const packs = packsOf(options);
    const executable = await engine.compile(updateProgram(options));
    const buffers = { frozen: uploadFrozen(engine, options, frozen), state: uploadState(engine, packs, state) };
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
        const scalars = stepScalars(this.#options.optimizer, factor, step + i);
        const outputs = await this.#run(this.#executable, state, batch, { ...scalars });
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
   * Inspects a batch, with `inspectedSignals`, with the weights as they are; see `inspectionProgram`, which is compiled
   * at the first call. Changes nothing.
   */
  async inspect(batch: Batch): Promise<Inspected> {
    const { samplingTemperature = 1, objective } = this.#options;
    this.#inspection ??= await this.#engine.compile(inspectionProgram({ ...this.#options, samplingTemperature }));
    const outputs = await this.#run(this.#inspection, this.#parameters(), batch, {}, inspectedSignals(objective.needs));
    try {
      const logProbs = (await this.#engine.download(outputNamed(outputs, "logProbs"))) as Float32Array;
      const compared = diagnosticMetrics(await this.#take(outputs, "diagnostics/"));
      const seen = { metrics: { ...(await this.#readMetrics(outputs)), ...compared }, logProbs };
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
    signals: readonly Signal[] = this.#options.objective.needs,
  ): Promise<Record<string, Buffer>> {
    const { batch: shape, objective } = this.#options;
    const transient: Record<string, Buffer> = {};
    try {
      for (const [name, spec] of Object.entries(batchSpecs(shape, signals))) {
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

  /** Copies of the arrays of one kind, by parameter name. */
  async read(kind: (typeof stateKinds)[number]): Promise<Weights> {
    const packs = packsOf(this.#options);
    return downloadState(this.#engine, packs, this.#state, kind, ownNumbers(packs.map(({ size }) => size)));
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
