/**
 * The learner: holds the student's weights and the optimizer's moments on an engine, and takes one step with each
 * batch.
 */
import type { Buffer, Engine, Executable } from "../../engine/engine.ts";
import { float32 } from "../../engine/program.ts";
import { isAdapted } from "../../policies/adapters/lora.ts";
import { openMerger, type Merger } from "../../policies/adapters/merge.ts";
import type { Weights } from "../../policies/policy.ts";
import { batchSpecs, type Batch } from "../batch/collate.ts";
import { inspectionProgram } from "./inspection.ts";
import { stepScalars } from "./optimizer.ts";
import { packArrays, packsFor, unpackArrays, type Pack } from "./packing.ts";
import { scoresProgram, stateKinds, trainedParameters, updateProgram, type UpdateOptions } from "./update.ts";

/**
 * Weights and moments of what is trained, on the host; with the step's number it is all that an exact continuation
 * needs of the learner.
 */
export type LearnerState = Readonly<Record<(typeof stateKinds)[number], Weights>> & {
  /**
   * Of a teacher that follows the student: the average of the policy's weights that change. Absent before the first
   * step.
   */
  readonly average?: Weights;
};

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
  /** [B, C] KL(teacher || student) in nats, where the objective reads the teacher's distributions. */
  readonly divergences?: Float32Array;
}

/** What a learner is made for. */
export interface LearnerOptions extends UpdateOptions {
  /** Of the student when it samples; 1 when left out. Inspections alone read it. */
  readonly samplingTemperature?: number;
}

/** The state before the first step: given weights of all that is trained, and moments of zero. */
export const initialState = (parameters: Weights): LearnerState => {
  const zeros = (): Weights =>
    Object.fromEntries(Object.entries(parameters).map(([name, { length }]) => [name, new Float32Array(length)]));
  return { parameters, first: zeros(), second: zeros() };
};

const packsOf = ({ policy, objective, frozen }: LearnerOptions): readonly Pack[] =>
  packsFor(trainedParameters(policy, objective, frozen));

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
    const executable = await engine.compile(updateProgram(options));
    const still = new Map<string, Buffer>();
    for (const name of options.frozen ?? []) {
      const data = frozen[name];
      if (data === undefined) throw new RangeError(`learner: expected frozen weights of ${name}, got none`);
      still.set(`frozen/${name}`, engine.upload(data, float32(...options.policy.parameters[name]!.shape)));
    }
    const buffers = new Map<string, Buffer>();
    for (const kind of stateKinds) {
      for (const pack of packsOf(options)) {
        buffers.set(
          `${kind}/${pack.name}`,
          engine.upload(packArrays(`learner, ${kind}`, pack, state[kind]), float32(pack.size)),
        );
      }
    }
    return new Learner(engine, options, executable, { frozen: still, state: buffers });
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

  /**
   * Inspects a batch with the weights as they are; see `inspectionProgram`, which is compiled at the first call.
   * Changes nothing.
   */
  async inspect(batch: Batch): Promise<Inspected> {
    const { samplingTemperature = 1 } = this.#options;
    this.#inspection ??= await this.#engine.compile(inspectionProgram({ ...this.#options, samplingTemperature }));
    const parameters = new Map([...this.#state].filter(([name]) => name.startsWith("parameters/")));
    const outputs = await this.#run(this.#inspection, parameters, batch, {});
    const { divergences } = outputs;
    const logProbs = outputNamed(outputs, "logProbs");
    const read = async (buffer: Buffer): Promise<Float32Array> => (await this.#engine.download(buffer)) as Float32Array;
    try {
      const seen = { metrics: await this.#readMetrics(outputs), logProbs: await read(logProbs) };
      return divergences === undefined ? seen : { ...seen, divergences: await read(divergences) };
    } finally {
      logProbs.dispose();
      divergences?.dispose();
    }
  }

  /**
   * The student's score of each sequence of a batch, [B], when it is a reward model. Changes nothing; the program is
   * compiled at the first call.
   */
  async scores(batch: Batch): Promise<Float32Array> {
    this.#scoring ??= await this.#engine.compile(scoresProgram(this.#options));
    const parameters = new Map([...this.#state].filter(([name]) => name.startsWith("parameters/")));
    const { scores } = await this.#run(this.#scoring, parameters, batch, {});
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

  async #readMetrics(outputs: Readonly<Record<string, Buffer>>): Promise<Record<string, number>> {
    const metrics: Record<string, number> = {};
    for (const [name, buffer] of Object.entries(outputs)) {
      if (!name.startsWith("metrics/")) continue;
      const [value] = await this.#engine.download(buffer);
      metrics[name.slice("metrics/".length)] = value!;
      buffer.dispose();
    }
    return metrics;
  }

  /** Copies of the arrays of one kind, by parameter name. */
  async read(kind: (typeof stateKinds)[number]): Promise<Weights> {
    const arrays: Record<string, Float32Array> = {};
    for (const pack of packsOf(this.#options)) {
      const flat = await this.#engine.download(this.#state.get(`${kind}/${pack.name}`)!);
      Object.assign(arrays, unpackArrays(pack, flat as Float32Array));
    }
    return arrays;
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
  async sharedWeights(memory?: SharedArrayBuffer): Promise<Weights> {
    if (isAdapted(this.#options.policy)) return this.policyWeights();
    const { parameters } = this.#options.policy;
    const packs = packsOf(this.#options);
    const size = packs.reduce((sum, pack) => sum + pack.size, 0);
    const flat = new Float32Array(memory ?? new SharedArrayBuffer(size * Float32Array.BYTES_PER_ELEMENT));
    const all: Record<string, Float32Array> = {};
    let begin = 0;
    for (const pack of packs) {
      const part = flat.subarray(begin, begin + pack.size);
      await this.#engine.download(this.#state.get(`parameters/${pack.name}`)!, part);
      for (const { name, offset, size: own } of pack.members)
        if (Object.hasOwn(parameters, name)) all[name] = part.subarray(offset, offset + own);
      begin += pack.size;
    }
    return all;
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
