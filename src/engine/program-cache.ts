/** Programs that are kept compiled for as long as they fit: by number, and by the memory that runs of them take. */
import type { Buffer, Engine, Executable } from "./engine.ts";
import { programMemory } from "./onnx/memory.ts";
import type { Program } from "./program.ts";

/** How much is kept. */
export interface ProgramCacheOptions {
  /** Most programs. Default 64. */
  readonly programs?: number;
  /**
   * Most bytes of the kept programs together: what a run takes, as `programMemory` predicts it, which a runtime keeps
   * for the next one. Not predicted and not bounded when left out.
   */
  readonly bytes?: number;
  /** Bytes of inputs that stay between runs and are not a program's own: weights. Default 0. */
  readonly resident?: number;
}

interface Kept {
  readonly executable: Promise<Executable>;
  readonly bytes: number;
  /** Runs at this time. */
  running: number;
}

const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;

/** Compiles programs when they are first run; those that were run least recently make room for others. */
export class ProgramCache {
  readonly #engine: Engine;
  readonly #options: ProgramCacheOptions;
  /** The least recently run first. */
  readonly #kept = new Map<string, Kept>();

  constructor(engine: Engine, options: ProgramCacheOptions = {}) {
    this.#engine = engine;
    this.#options = options;
  }

  /** Programs that are kept, and the bytes that are predicted for them. */
  get size(): { readonly programs: number; readonly bytes: number } {
    const all = [...this.#kept.values()];
    return { programs: all.length, bytes: all.reduce((sum, { bytes }) => sum + bytes, 0) };
  }

  /**
   * Runs the program of this key, which `make` makes where it is not kept. `RangeError` for one that takes more memory
   * than all may; what compiling and running it reject with.
   */
  async run(
    key: string,
    make: () => Program,
    inputs: Readonly<Record<string, Buffer>>,
  ): Promise<Record<string, Buffer>> {
    const kept = this.#begun(key) ?? (await this.#opened(key, make()));
    this.#kept.delete(key);
    this.#kept.set(key, kept);
    try {
      return await (await kept.executable).run(inputs);
    } catch (error) {
      // A program that did not compile is not kept.
      if (
        await kept.executable.then(
          () => false,
          () => true,
        )
      )
        this.#kept.delete(key);
      throw error;
    } finally {
      kept.running -= 1;
    }
  }

  /** Frees the programs. */
  async dispose(): Promise<void> {
    await Promise.all([...this.#kept.keys()].map((key) => this.#drop(key)));
  }

  /** The kept program of a key with one run more: nothing that makes room meanwhile may take it away. */
  #begun(key: string): Kept | undefined {
    const kept = this.#kept.get(key);
    if (kept !== undefined) kept.running += 1;
    return kept;
  }

  /** As `#begun`, of a program that is compiled first. */
  async #opened(key: string, program: Program): Promise<Kept> {
    const bytes = this.#bytesOf(program);
    const { programs = 64, bytes: most = Infinity } = this.#options;
    if (bytes > most) {
      throw new RangeError(
        `expected a request that takes at most ${mebibytes(most)} beside the weights, got one that takes about ` +
          `${mebibytes(bytes)}; shorten the prompt or the completion, or give the server more memory`,
      );
    }
    await this.#makeRoom(programs - 1, most - bytes);
    const again = this.#begun(key);
    if (again !== undefined) return again;
    const kept = { executable: this.#engine.compile(program), bytes, running: 1 };
    this.#kept.set(key, kept);
    return kept;
  }

  #bytesOf(program: Program): number {
    const { bytes, resident = 0 } = this.#options;
    if (bytes === undefined) return 0;
    const memory = programMemory(program);
    return memory.running + Math.max(0, memory.inputs - resident);
  }

  async #makeRoom(programs: number, bytes: number): Promise<void> {
    for (const [key, { running }] of this.#kept) {
      const { size } = this;
      if (size.programs <= programs && size.bytes <= bytes) return;
      if (running === 0) await this.#drop(key);
    }
  }

  async #drop(key: string): Promise<void> {
    const kept = this.#kept.get(key);
    this.#kept.delete(key);
    await (await kept?.executable)?.dispose();
  }
}
