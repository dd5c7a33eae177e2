/**
 * The driver of a sweep: has an executor run what is not done, and reports the progress of all trials. It keeps no
 * state of its own: another driver resumes where this one ended.
 */
import { setTimeout as pause } from "node:timers/promises";
import type { Executor, SweepFolder, TrialOptions } from "../executors/executor.ts";
import { isReached } from "../executors/supervise.ts";
import type { FrozenTrial } from "../planning/frozen.ts";
import { progressIn, trialFolder, type TrialProgress } from "../planning/trial-progress.ts";

/** Milliseconds between two checks of the trials. */
const checkEvery = 500;

/** Trials that are not known to run and that are checked each time. */
const checkedAtOnce = 100;

/** A trial and its progress. */
export interface TrialState {
  readonly trial: FrozenTrial;
  readonly folder: string;
  readonly progress: TrialProgress;
  /** Successive halving has stopped it where it is paused. */
  readonly stopped?: true;
}

/** How to drive. */
export interface DriveOptions extends TrialOptions {
  readonly executor: Executor;
  readonly command: readonly string[];
  readonly signal: AbortSignal;
  /** Told what happens besides the trials, in a sentence: a rung that ends, a queue that does not answer. */
  readonly note: (text: string) => void;
  /**
   * Called with all trials, in their order, again and again; `changed` are those whose status is another than before.
   */
  readonly show: (all: readonly TrialState[], changed: readonly TrialState[]) => void;
}

/** The progress of all trials of a sweep now, in their order. */
export const trialStates = async ({ folder, sweep }: SweepFolder): Promise<readonly TrialState[]> => {
  const all: TrialState[] = [];
  for (const trial of sweep.trials) {
    const own = trialFolder(folder, sweep, trial);
    all.push({ trial, folder: own, progress: await progressIn(own, trial.steps) });
  }
  return all;
};

/** Reads the progress of trials again and again, of the running ones each time, of the others in turn. */
class Watch {
  #all: readonly TrialState[];
  #next = 0;
  readonly #show: DriveOptions["show"];

  constructor(all: readonly TrialState[], show: DriveOptions["show"]) {
    this.#all = all;
    this.#show = show;
    show(all, []);
  }

  get all(): readonly TrialState[] {
    return this.#all;
  }

  /** Reads the progress of those that run and of some others, or of every one that is not done. */
  async check(every = false): Promise<void> {
    const changed: TrialState[] = [];
    const others = this.#all.filter(({ progress: { status } }) => status !== "done" && status !== "running");
    const turn = new Set(
      every
        ? others
        : Array.from({ length: Math.min(checkedAtOnce, others.length) }, () => others[this.#next++ % others.length]!),
    );
    const all: TrialState[] = [];
    for (const entry of this.#all) {
      if (entry.progress.status !== "running" && !turn.has(entry)) all.push(entry);
      else {
        const now = { ...entry, progress: await progressIn(entry.folder, entry.trial.steps) };
        all.push(now);
        if (now.progress.status !== entry.progress.status) changed.push(now);
      }
    }
    this.#all = all;
    this.#show(all, changed);
  }
}

/**
 * Drives the trials to their ends, or until the signal; gives their progress then. Failed ones are tried as often as
 * asked for.
 */
export const drive = async (at: SweepFolder, options: DriveOptions): Promise<readonly TrialState[]> => {
  const { executor, show, ...given } = options;
  const watch = new Watch(await trialStates(at), show);
  const trials = watch.all.filter(({ progress }) => !isReached(progress, options.pauseAt)).map(({ trial }) => trial);
  const ended = new AbortController();
  const running = executor.run({ ...given, folder: at.folder, sweep: at.sweep, trials }).finally(() => ended.abort());
  const checking = (async (): Promise<void> => {
    while (!ended.signal.aborted) {
      await pause(checkEvery, undefined, { signal: ended.signal }).catch(() => undefined);
      await watch.check();
    }
  })();
  await Promise.all([running, checking]);
  await watch.check(true);
  return watch.all;
};
