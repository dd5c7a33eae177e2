/**
 * A cell: a thread or a process in which programs of unknown intent run one at a time, and which can be ended whatever
 * it does.
 */

/** A program and what checks it. */
export interface Trial {
  readonly code: string;
  /** Runs after the code, in another interpreter, which asks that of the code. */
  readonly test: string;
}

/** What came of a trial. */
export interface Verdict {
  /** Code and test ended without an error, within the limits. */
  readonly passed: boolean;
  /** Why not: the program's own error, or the limit that it met. At most 200 characters. */
  readonly reason?: string;
}

/** What a trial may use, code and test together. */
export interface Limits {
  /** Of the clock, in ms. */
  readonly time: number;
  /** In MiB, of each interpreter, itself included. */
  readonly memory: number;
}

/** A cell that is open. */
export interface Cell {
  /** False when it has ended. */
  readonly alive: boolean;
  /** What a trial may take beside its own time, in ms; a cell that takes longer hears nothing any more. */
  readonly grace: number;
  /**
   * Runs one trial in interpreters of its own: none leaves anything for the next. Rejects when the cell ends
   * in the meantime.
   */
  run(trial: Trial): Promise<Verdict>;
  /** Ends the cell at once, whatever it does, and resolves when it has ended. */
  end(): Promise<void>;
}

/** Opens a cell that is ready for a trial. Rejects when the interpreter cannot be started. */
export type OpenCell = (limits: Limits) => Promise<Cell>;

/** A verdict against a program. */
export const failed = (reason: string): Verdict => ({ passed: false, reason: reason.slice(0, 200) });
