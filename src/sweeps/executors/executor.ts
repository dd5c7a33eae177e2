/**
 * What keeps the processes of a sweep going. The truth about a trial is its folder: an executor may be killed at any
 * moment, and several may work on one sweep.
 */
import type { FrozenSweep, FrozenTrial } from "../planning/frozen.ts";

/** A sweep on the disk. */
export interface SweepFolder {
  /** With `sweep.json`, and the trials' folders beside it. */
  readonly folder: string;
  readonly sweep: FrozenSweep;
}

/** How each trial is run, by whatever executor: alike, so that results agree. */
export interface TrialOptions {
  /** Threads of each part of a trial. */
  readonly threads: number;
  /** How many times a trial that failed is begun again. */
  readonly retries: number;
  /** Steps after which it pauses; to its end when left out. */
  readonly pauseAt?: number;
}

/** What an executor is asked to do. */
export interface Work extends SweepFolder, TrialOptions {
  /** Those that are not done. */
  readonly trials: readonly FrozenTrial[];
  /** What starts `retort`, before its arguments. */
  readonly command: readonly string[];
  /** When it aborts, trials keep their last whole step and stop. */
  readonly signal: AbortSignal;
  /** Tells the person something. */
  readonly note: (text: string) => void;
}

/** A way to run trials. */
export interface Executor {
  readonly name: string;
  /**
   * Has each trial run to its end, to its pause or until it has failed too often. Resolves when nothing is left to do,
   * and soon after the signal.
   */
  run(work: Work): Promise<void>;
}
