/**
 * A step in micro-batches: the parts of a batch come one after the other, their gradients are added up, and then the
 * optimizer takes one step.
 */
import type { Engine, Executable } from "../../engine/engine.ts";
import { float32, type Program } from "../../engine/program.ts";
import { optimizers } from "../optimizers/index.ts";
import type { Optimizer } from "../optimizers/optimizer.ts";
import { SharingProgram } from "../../policies/shared-prompts.ts";
import { batchSpecs, type Batch } from "../batch/collate.ts";
import { sharedRows, sharesPrompts } from "../batch/shared-prompts.ts";
import { addProgram, applyProgram, gradientSpecs, updateSums } from "./accumulation.ts";
import { scalarValues } from "./apply-optimizer.ts";
import { metricsOfBatch, type BatchSums } from "./batch-sums.ts";
import { packsOf } from "./learner-state.ts";
import { checkFinite, disposeAll, outputsNamed, runProgram, takeMetrics, type Buffers } from "./run-program.ts";
import type { UpdateOptions } from "./update.ts";

/** The sums over a batch of the parts that were given, and what a program reads of them. */
const summed = async (
  engine: Engine,
  executable: Executable | undefined,
  program: Program | undefined,
  buffers: Buffers,
  parts: readonly Batch[],
): Promise<Float32Array> => {
  if (executable === undefined || program === undefined) return new Float32Array(1);
  const read = new Map([...buffers].filter(([name]) => Object.hasOwn(program.inputs, name)));
  const specs = Object.fromEntries(Object.entries(program.inputs).filter(([name]) => !read.has(name)));
  let all: Float64Array | undefined;
  for (const arrays of parts) {
    const { sums } = await runProgram(engine, executable, read, { specs, arrays, reader: "a sum over the batch" });
    const own = await engine.take(sums!);
    all ??= new Float64Array(own.length);
    for (const [i, sum] of own.entries()) all[i]! += sum;
  }
  return Float32Array.from(all ?? []);
};

/** The sums over the batch that a program of parts is given. */
class PartSums {
  readonly #engine: Engine;
  readonly #sums: BatchSums | undefined;
  #executable: Executable | undefined;

  constructor(engine: Engine, sums: BatchSums | undefined) {
    this.#engine = engine;
    this.#sums = sums;
  }

  /** Of the parts, with `buffers` for parameters, which are read where a sum depends on what the student says. */
  async of(buffers: Buffers, parts: readonly Batch[]): Promise<Float32Array> {
    if (this.#sums !== undefined) this.#executable ??= await this.#engine.compile(this.#sums.program);
    return summed(this.#engine, this.#executable, this.#sums?.program, buffers, parts);
  }

  /** Frees the program. */
  async dispose(): Promise<void> {
    await this.#executable?.dispose();
  }
}

/** The compiled programs of a step. */
interface Programs {
  readonly sums: PartSums;
  readonly add: SharingProgram;
  readonly apply: Executable;
}

/** A step that has begun. */
interface Begun {
  readonly sums: Float32Array;
  gradients: Buffers;
  readonly metrics: Record<string, number>[];
}

/** Steps in micro-batches, on a state that somebody else has. */
export class MicroBatches {
  readonly #engine: Engine;
  readonly #options: UpdateOptions;
  readonly #programs: Programs;
  readonly #optimizer: Optimizer;
  #begun: Begun | undefined;

  private constructor(engine: Engine, options: UpdateOptions, programs: Programs) {
    this.#engine = engine;
    this.#options = options;
    this.#programs = programs;
    this.#optimizer = optimizers.create(options.optimizer);
  }

  /** Compiles the programs for parts of `options.batch` rows. */
  static async open(engine: Engine, options: UpdateOptions): Promise<MicroBatches> {
    const sums = updateSums(options);
    const add = new SharingProgram(engine, options.policy, sharedRows(options), (policy) =>
      addProgram({ ...options, policy }, sums),
    );
    await add.of(true);
    return new MicroBatches(engine, options, {
      sums: new PartSums(engine, sums),
      add,
      apply: await engine.compile(applyProgram(options)),
    });
  }

  /**
   * Begins a step with `buffers`, the parameters and what is frozen. Of the parts only what no vocabulary is in is
   * read.
   */
  async begin(buffers: Buffers, parts: readonly Batch[]): Promise<void> {
    this.abandon();
    const sums = await this.#programs.sums.of(buffers, parts);
    const gradients = new Map(
      Object.entries(gradientSpecs(packsOf(this.#options))).map(([name, spec]) => [
        name,
        this.#engine.upload(new Float32Array(spec.shape[0]!), spec),
      ]),
    );
    this.#begun = { sums, gradients, metrics: [] };
  }

  #step(): Begun {
    if (this.#begun === undefined) throw new Error("learner: expected a step to have begun");
    return this.#begun;
  }

  /** Adds the gradients of a part. */
  async add(buffers: Buffers, part: Batch): Promise<void> {
    const begun = this.#step();
    const { batch, objective } = this.#options;
    const { add: adding } = this.#programs;
    const add = await adding.of(sharesPrompts(part, batch, adding.count));
    const outputs = await runProgram(this.#engine, add, new Map([...buffers, ...begun.gradients]), {
      specs: { ...batchSpecs(batch, objective.needs), sums: float32(begun.sums.length) },
      arrays: { ...part, sums: begun.sums.slice() },
      reader: `the objective ${objective.name}`,
    });
    const next = outputsNamed(outputs, begun.gradients.keys());
    disposeAll(begun.gradients);
    begun.gradients = next;
    begun.metrics.push(await takeMetrics(this.#engine, outputs));
  }

  /**
   * The state after optimizer step `step`, with `factor` times the peak learning rate, and the metrics of the batch.
   * `Error` when the loss or the gradient is not finite.
   */
  async apply(
    state: Buffers,
    step: number,
    factor: number,
  ): Promise<{ readonly state: Buffers; readonly metrics: Readonly<Record<string, number>> }> {
    const { gradients, metrics } = this.#step();
    const outputs = await runProgram(this.#engine, this.#programs.apply, new Map([...state, ...gradients]), {
      specs: {},
      arrays: {},
      reader: this.#optimizer.name,
      scalars: scalarValues(this.#optimizer, factor, step),
    });
    const next = outputsNamed(outputs, state.keys());
    try {
      const all = { ...metricsOfBatch(metrics), ...(await takeMetrics(this.#engine, outputs)) };
      checkFinite(all, step);
      return { state: next, metrics: all };
    } catch (error) {
      disposeAll(next);
      throw error;
    } finally {
      this.abandon();
    }
  }

  /** Forgets a step that has begun. */
  abandon(): void {
    if (this.#begun !== undefined) disposeAll(this.#begun.gradients);
    this.#begun = undefined;
  }

  /** Frees programs and what a step left. */
  async dispose(): Promise<void> {
    this.abandon();
    await this.#programs.sums.dispose();
    await this.#programs.add.dispose();
    await this.#programs.apply.dispose();
  }
}
