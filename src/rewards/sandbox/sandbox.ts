/**
 * Runs trials in a cell, within limits: one that does not answer in time is ended, and another opened for the next
 * trial.
 */
import { failed, type Cell, type Limits, type OpenCell, type Trial, type Verdict } from "./cell.ts";

/** One cell at a time, opened when it is needed. */
export class Sandbox {
  readonly #openCell: OpenCell;
  readonly #limits: Limits;
  #cell: Promise<Cell> | undefined;

  constructor(openCell: OpenCell, limits: Limits) {
    this.#openCell = openCell;
    this.#limits = limits;
  }

  /** Opens the cell. Rejects when the interpreter cannot be started; a later call tries again. */
  async prepare(): Promise<void> {
    await this.#open();
  }

  /**
   * Runs a trial, one at a time. A program that takes too long, or that brings its cell down, has failed. Rejects with
   * the signal's reason when it aborts, and when no cell can be opened.
   */
  async run(trial: Trial, signal: AbortSignal): Promise<Verdict> {
    signal.throwIfAborted();
    const cell = await this.#open();
    signal.throwIfAborted();
    const { time } = this.#limits;
    let late = false;
    const end = (): void => void this.close();
    const timer = setTimeout(() => {
      late = true;
      end();
    }, time + cell.grace);
    signal.addEventListener("abort", end, { once: true });
    try {
      return await cell.run(trial);
    } catch (error) {
      await this.close();
      signal.throwIfAborted();
      return failed(late ? `took longer than ${time} ms and was ended` : `brought its sandbox down: ${String(error)}`);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
    }
  }

  /** Ends the cell, if one is open. */
  async close(): Promise<void> {
    const cell = this.#cell;
    this.#cell = undefined;
    await cell?.then(
      (open) => open.end(),
      () => undefined,
    );
  }

  async #open(): Promise<Cell> {
    const current = await this.#cell;
    if (current?.alive === true) return current;
    const opening = this.#openCell(this.#limits);
    this.#cell = opening;
    try {
      return await opening;
    } catch (error) {
      if (this.#cell === opening) this.#cell = undefined;
      throw error;
    }
  }
}
