/** What memory the trials of a sweep take: that of each kind of trial is estimated once, and only on request. */
import type { PlannedRun } from "../../experiments/planning/planned.ts";
import type { ExperimentValues } from "../../experiments/schema/experiment-schema.ts";
import type { FileContext } from "../../experiments/inputs/file-context.ts";
import { memoryKind, processBytes, trainingMemory } from "../../experiments/planning/training-memory.ts";

/** The kinds of trials: those that differ in what decides their memory. */
export class TrialMemory {
  readonly #kinds = new Map<string, (threads: number) => number>();

  /** Notes a trial of the file's values. */
  add(trial: Pick<PlannedRun, "values" | "contextLength">, file: ExperimentValues, fileContext: FileContext): void {
    const key = memoryKind(trial, file);
    if (!this.#kinds.has(key))
      this.#kinds.set(key, (threads) => trainingMemory(trial, file, fileContext, threads).peak);
  }

  /** Bytes of the largest trial with so many threads of each part, an estimate. */
  largest(threads: number): number {
    return [...this.#kinds.values()].reduce((most, bytes) => Math.max(most, bytes(threads)), processBytes);
  }
}
