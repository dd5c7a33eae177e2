/**
 * A program for batches of which neighbouring rows have the same prompt, which is then read once for them, and the same
 * program for other batches. Either is compiled when a batch needs it.
 */
import type { Engine, Executable } from "../../engine/engine.ts";
import type { Program } from "../../engine/program.ts";
import type { Policy } from "../../policies/policy.ts";
import { rowsAtOnce, sharingPrompts } from "../../policies/shared-prompts.ts";
import { lengthOf, type Batch, type BatchShape } from "../batch/collate.ts";
import { sharesPrompts } from "../batch/shared-prompts.ts";

/** What decides which rows are read together. */
export interface SharingOptions {
  readonly policy: Policy;
  readonly batch: BatchShape;
  /** How many neighbouring rows of most batches have the same prompt; 1 when left out. */
  readonly group?: number;
}

const greatestCommonDivisor = (a: number, b: number): number => (b === 0 ? a : greatestCommonDivisor(b, a % b));

/** How many rows are read together where prompts are the same: 1 where that would not pay. */
export const sharedRows = ({ policy, batch, group = 1 }: SharingOptions): number =>
  batch.whole === true
    ? 1
    : rowsAtOnce(
        policy,
        { length: lengthOf(batch), completion: batch.completion },
        greatestCommonDivisor(batch.size, group),
      );

/** The options with a policy that reads the prompts of such rows once. */
export const withSharedPrompts = <O extends SharingOptions>(options: O): O => ({
  ...options,
  policy: sharingPrompts(options.policy, sharedRows(options)),
});

/** Both of them, on an engine. */
export class SharingProgram<O extends SharingOptions> {
  readonly #engine: Engine;
  readonly #options: O;
  readonly #program: (options: O) => Program;
  readonly #shared: number;
  #sharing: Executable | undefined;
  #plain: Executable | undefined;

  constructor(engine: Engine, options: O, program: (options: O) => Program) {
    this.#engine = engine;
    this.#options = options;
    this.#program = program;
    this.#shared = sharedRows(options);
  }

  /** Compiles the one that most batches need. */
  async prepare(): Promise<this> {
    await (this.#shared > 1 ? this.#forShared() : this.#forAny());
    return this;
  }

  async #forShared(): Promise<Executable> {
    this.#sharing ??= await this.#engine.compile(this.#program(withSharedPrompts(this.#options)));
    return this.#sharing;
  }

  async #forAny(): Promise<Executable> {
    this.#plain ??= await this.#engine.compile(this.#program(this.#options));
    return this.#plain;
  }

  /** The one for these rows. */
  of(rows: Batch): Promise<Executable> {
    const { batch } = this.#options;
    return this.#shared > 1 && sharesPrompts(rows, batch, this.#shared) ? this.#forShared() : this.#forAny();
  }

  /** Frees both. */
  async dispose(): Promise<void> {
    await this.#sharing?.dispose();
    await this.#plain?.dispose();
  }
}
