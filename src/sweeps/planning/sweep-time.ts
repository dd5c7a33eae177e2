/** How long a sweep takes that is yet to be run, as trainings of the same kind took before. */
import { join } from "node:path";
import { earlierTimes, type ResultFolders } from "../../experiments/stage-store/earlier-times.ts";
import { stageStoreIn } from "../../experiments/stage-store/stage-store.ts";
import type { PlannedRun, PlannedTraining } from "../../experiments/planning/planned.ts";
import { runFolder } from "../../runs/folder/run-folder.ts";

/** What is left of a sweep. */
export interface SweepTime {
  /** Trials that are not done. */
  readonly trials: number;
  /** Stages that they start from and that are not stored, each once. */
  readonly stages: number;
  /** How many of both are of a kind that was never measured: they count as nothing. */
  readonly unmeasured: number;
  /** With this many trials at once, each as fast as alone. */
  readonly milliseconds: number;
}

/** What of a trial decides how long the sweep takes. */
interface TrialTime {
  readonly milliseconds: number;
  /** Ids of its stages that are not stored, in the order in which they are made. */
  readonly stages: readonly string[];
}

/** Collects the trials of a sweep, and sums up what they take. Little of each is kept: a sweep may have many. */
export class SweepTimes {
  readonly #trials: TrialTime[] = [];
  readonly #stages = new Map<string, number>();
  readonly #folders: ResultFolders;
  readonly #timeOf: ReturnType<typeof earlierTimes>;
  #unmeasured = 0;

  /** Of a file's trials, whose results are in these folders. */
  constructor(file: string, folders: ResultFolders) {
    this.#folders = folders;
    this.#timeOf = earlierTimes(file, folders);
  }

  /** Adds a trial unless it is done. */
  add(trial: PlannedRun): void {
    if (runFolder(this.#folders.out, trial, false).done) return;
    const store = stageStoreIn(join(this.#folders.cache, "stages"));
    const stages = trial.stages.filter(({ id }) => !store.has(id));
    for (const stage of stages) if (!this.#stages.has(stage.id)) this.#stages.set(stage.id, this.#estimate(stage));
    this.#trials.push({ milliseconds: this.#estimate(trial), stages: stages.map(({ id }) => id) });
  }

  /** The time with `jobs` trials at once: each takes the next one, and waits for a stage that another one makes. */
  total(jobs: number): SweepTime {
    const free = Array.from({ length: Math.min(jobs, Math.max(1, this.#trials.length)) }, () => 0);
    const made = new Map<string, number>();
    for (const { milliseconds, stages } of this.#trials) {
      const job = free.indexOf(Math.min(...free));
      let now = free[job]!;
      for (const id of stages) {
        now = Math.max(now, made.get(id) ?? now + this.#stages.get(id)!);
        made.set(id, made.get(id) ?? now);
      }
      free[job] = now + milliseconds;
    }
    const counts = { trials: this.#trials.length, stages: this.#stages.size, unmeasured: this.#unmeasured };
    return { ...counts, milliseconds: Math.max(...free) };
  }

  #estimate(training: PlannedTraining): number {
    const earlier = this.#timeOf(training);
    if (earlier === undefined) this.#unmeasured += 1;
    return (earlier?.millisecondsPerStep ?? 0) * training.values.training.steps;
  }
}
