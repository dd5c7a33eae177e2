/**
 * The learner: holds the student's weights and what the optimizer keeps on an engine, and takes one step with each
 * batch.
 */
import type { Buffer, Engine, Executable } from "../../engine/engine.ts";
import { isAdapted } from "../../policies/adapters/lora.ts";
import { openMerger, type Merger } from "../../policies/adapters/merge.ts";
import type { Weights } from "../../policies/policy.ts";
import { layoutOf, ownNumbers } from "../../policies/shared-numbers.ts";
import { SharingProgram } from "../../policies/shared-prompts.ts";
import { batchSpecs, type Batch } from "../batch/collate.ts";
import { sharedRows, sharesPrompts } from "../batch/shared-prompts.ts";
import { joined, type Inspected, type InspectedRows } from "./inspected.ts";
import { Inspector } from "./inspector.ts";
import { optimizers } from "../optimizers/index.ts";
import type { Optimizer } from "../optimizers/optimizer.ts";
import { scalarValues } from "./apply-optimizer.ts";
import { downloadState, packsOf, uploadFrozen, uploadState, type LearnerState } from "./learner-state.ts";
import { MicroBatches } from "./micro-batches.ts";
import { statePacks } from "./optimizer-state.ts";
import type { Pack } from "./packing.ts";
import { checkFinite, disposeAll, outputsNamed, runProgram, takeMetrics, type Buffers } from "./run-program.ts";
import { scoresProgram, updateProgram, type UpdateOptions } from "./update.ts";

/** What one step gives. */
export interface Learned {
  /** Scalars by name: `loss`, `gradient/norm`, and the objective's own. */
  readonly metrics: Readonly<Record<string, number>>;
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
  /**
   * Whether batches come in parts, whose rows the programs are made for: then steps are taken by `begin`, `add` and
   * `apply`, else by `update`. Not when left out.
   */
  readonly inParts?: boolean;
}

const parametersIn = (state: Buffers): Buffers =>
  new Map([...state].filter(([name]) => name.startsWith("parameters/")));

/** Takes steps on one engine. */
export class Learner {
  readonly #engine: Engine;
  readonly #options: LearnerOptions;
  /** For whole batches, or for their parts. */
  readonly #update: SharingProgram | MicroBatches;
  readonly #optimizer: Optimizer;
  /** Packs of each kind of arrays in the state. */
  readonly #kinds: ReadonlyMap<string, readonly Pack[]>;
  readonly #frozen: Buffers;
  readonly #inspector: Inspector;
  #scoring: Executable | undefined;
  #merger: Merger | undefined;
  #state: Buffers;
  /** After some of the updates of a step in parts. */
  #begun: Buffers | undefined;

  private constructor(
    engine: Engine,
    options: LearnerOptions,
    update: SharingProgram | MicroBatches,
    buffers: Record<"frozen" | "state", Buffers>,
  ) {
    this.#engine = engine;
    this.#options = options;
    this.#update = update;
    this.#optimizer = optimizers.create(options.optimizer);
    this.#kinds = statePacks(packsOf(options), this.#optimizer);
    const { samplingTemperature = 1, inParts = false } = options;
    this.#inspector = new Inspector(engine, { ...options, samplingTemperature, compared: !inParts });
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
    const { inParts = false } = options;
    const update = inParts
      ? await MicroBatches.open(engine, options)
      : new SharingProgram(engine, options.policy, sharedRows(options), (policy) =>
          updateProgram({ ...options, policy }),
        );
    // What most batches need is compiled here, so that a policy that does not compile is known at once.
    if (update instanceof SharingProgram) await update.of(true);
    const buffers = { frozen: uploadFrozen(engine, options, frozen), state: uploadState(engine, kinds, state) };
    return new Learner(engine, options, update, buffers);
  }

  /**
   * Learns from one batch: `updates` optimizer steps on it, the first of them number `step` from 1, with `factor` times
   * the peak learning rate. The state changes only when all of them succeeded with finite losses and gradients;
   * otherwise an error says which is not, and the weights stay as they were. Metrics are means over the updates.
   */
  async update(batch: Batch, step: number, factor: number, updates = 1): Promise<Learned> {
    const update = this.#update;
    if (update instanceof MicroBatches) throw new Error("learner: expected the parts of a batch, got all of it");
    const executable = await update.of(sharesPrompts(batch, this.#options.batch, update.count));
    const before = this.#state;
    let state = before;
    const all: Record<string, number>[] = [];
    try {
      for (let i = 0; i < updates; i += 1) {
        const scalars = scalarValues(this.#optimizer, factor, step + i);
        const outputs = await this.#run(executable, state, batch, scalars);
        const metrics = await takeMetrics(this.#engine, outputs);
        const next = outputsNamed(outputs, state.keys());
        if (state !== before) disposeAll(state);
        state = next;
        checkFinite(metrics, step + i);
        all.push(metrics);
      }
    } catch (error) {
      if (state !== before) disposeAll(state);
      throw error;
    }
    disposeAll(before);
    this.#state = state;
    const mean = (name: string): number => all.reduce((sum, metrics) => sum + metrics[name]!, 0) / all.length;
    return { metrics: Object.fromEntries(Object.keys(all[0] ?? {}).map((name) => [name, mean(name)])) };
  }

  #micro(): MicroBatches {
    if (this.#update instanceof MicroBatches) return this.#update;
    throw new Error("learner: expected a whole batch, got parts of one");
  }

  /**
   * Begins an optimizer step on the parts of a batch, after those that were applied and not kept. What is as wide as a
   * vocabulary may be absent from the parts.
   */
  async begin(parts: readonly Batch[]): Promise<void> {
    const state = this.#begun ?? this.#state;
    await this.#micro().begin(new Map([...this.#frozen, ...parametersIn(state)]), parts);
  }

  /** Adds the gradients of a part. */
  async add(part: Batch): Promise<void> {
    const state = this.#begun ?? this.#state;
    await this.#micro().add(new Map([...this.#frozen, ...parametersIn(state)]), part);
  }

  /**
   * Takes the optimizer step on what was added, number `step` from 1, with `factor` times the peak learning rate. The
   * state changes with the last of a batch's updates; when a loss or a gradient is not finite, an error says so, and
   * the
   * weights stay as they were before the first.
   */
  async apply(step: number, factor: number, isLast: boolean): Promise<Learned> {
    const before = this.#begun;
    this.#begun = undefined;
    try {
      const { state, metrics } = await this.#micro().apply(before ?? this.#state, step, factor);
      this.#begun = state;
      if (isLast) {
        disposeAll(this.#state);
        [this.#state, this.#begun] = [state, undefined];
      }
      return { metrics };
    } finally {
      if (before !== undefined) disposeAll(before);
    }
  }

  #parameters(): Buffers {
    return parametersIn(this.#state);
  }

  /**
   * Inspects a batch, with `inspectedSignals`, with the weights as they are; see `inspectionProgram`, which is compiled
   * at the first call. Changes nothing.
   */
  async inspect(batch: Batch): Promise<Inspected> {
    return joined([await this.inspectRows(batch)]);
  }

  /**
   * The same of a part of a batch, to be `joined` with the others.
   * @internal
   */
  inspectRows(rows: Batch): Promise<InspectedRows> {
    return this.#inspector.inspect(new Map([...this.#frozen, ...this.#parameters()]), rows);
  }

  /**
   * The student's score of each sequence of a batch, [B], when it is a reward model. Changes nothing; the program is
   * compiled at the first call.
   */
  async scores(batch: Batch): Promise<Float32Array> {
    this.#scoring ??= await this.#engine.compile(scoresProgram(this.#options));
    const { scores } = await this.#run(this.#scoring, this.#parameters(), batch);
    try {
      return (await this.#engine.download(scores!)) as Float32Array;
    } finally {
      scores?.dispose();
    }
  }

  /** Runs a program on a state and what the step brings. */
  #run(
    executable: Executable,
    state: Buffers,
    arrays: Batch,
    scalars: Readonly<Record<string, number>> = {},
  ): Promise<Record<string, Buffer>> {
    const { batch, objective } = this.#options;
    const reader = `the objective ${objective.name}`;
    const buffers = new Map([...this.#frozen, ...state]);
    return runProgram(this.#engine, executable, buffers, {
      specs: batchSpecs(batch, objective.needs),
      arrays,
      scalars,
      reader,
    });
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
    disposeAll(this.#state);
    disposeAll(this.#begun ?? new Map());
    disposeAll(this.#frozen);
    await this.#merger?.dispose();
    await this.#inspector.dispose();
    await this.#scoring?.dispose();
    await this.#update.dispose();
  }
}
