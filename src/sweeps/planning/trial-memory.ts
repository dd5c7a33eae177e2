/** What memory the trials of a sweep take: that of each kind of trial is estimated once, and only on request. */
import { canonicalJson } from "../../files/canonical-json.ts";
import type { PlannedRun } from "../../experiments/planning/planned.ts";
import type { ExperimentValues } from "../../experiments/schema/experiment-schema.ts";
import type { FileContext } from "../../experiments/inputs/file-context.ts";
import { processBytes, trainingMemory } from "../../experiments/planning/training-memory.ts";

/** The kinds of trials: those that differ in what decides their memory. */
export class TrialMemory {
  readonly #kinds = new Map<string, () => number>();

  /** Notes a trial of the file's values. */
  add(
    { values, contextLength }: Pick<PlannedRun, "values" | "contextLength">,
    file: ExperimentValues,
    fileContext: FileContext,
  ): void {
    const { student, teacher, task, training, rollouts, objective } = values;
    const key = canonicalJson({
      student,
      teacher,
      objective: objective.type,
      task,
      stages: file.stages,
      batch: training.batch,
      microBatch: training.microBatch,
      recompute: training.recompute,
      optimizer: training.optimizer.type,
      chunk: rollouts.chunk,
      contextLength,
    });
    if (!this.#kinds.has(key)) {
      this.#kinds.set(key, () => {
        return trainingMemory({ values, contextLength }, file, fileContext).peak;
      });
    }
  }

  /** Bytes of the largest trial, an estimate. */
  largest(): number {
    return [...this.#kinds.values()].reduce((most, bytes) => Math.max(most, bytes()), processBytes);
  }
}
