/** Whether a machine has the memory that trainings are estimated to take: known before any of it is taken. */
import type { FileContext } from "../inputs/file-context.ts";
import type { Mistake } from "../schema/check.ts";
import type { ExperimentValues } from "../schema/experiment-schema.ts";
import { stagePointer } from "../schema/trainings.ts";
import type { PlannedRun, PlannedTraining } from "./planned.ts";
import { memoryKind, trainingMemory, type TrainingMemory } from "./training-memory.ts";

const gibibytes = (bytes: number): string => {
  if (bytes < 2 ** 26) return `${bytes.toLocaleString("en")} bytes`;
  return `${(bytes / 2 ** 30).toLocaleString("en", { maximumFractionDigits: bytes < 2 ** 30 ? 2 : 1 })} GiB`;
};

/** How much memory a training may take. */
export interface MemoryLimit {
  readonly bytes: number;
  /** What has it, for errors: `the memory of this machine`. */
  readonly of: string;
  /** What to do where nothing can be lowered, for errors: `start it all the same with --over-memory`. */
  readonly orElse: string;
}

/** Holds trainings to a limit; those of the same sizes are estimated once. */
export class MemoryRules {
  readonly #known = new Map<string, TrainingMemory>();
  readonly #fileContext: FileContext;
  readonly #limit: MemoryLimit;

  /** `limit` is the bytes of the machine, or another limit. */
  constructor(fileContext: FileContext, limit: number | MemoryLimit) {
    this.#fileContext = fileContext;
    this.#limit =
      typeof limit === "number"
        ? { bytes: limit, of: "the memory of this machine", orElse: "start it all the same with --over-memory" }
        : limit;
  }

  /** What a run and its stages take too much, at the key to lower first. */
  mistakes(run: PlannedRun, file: ExperimentValues): readonly Mistake[] {
    return [
      ...run.stages.flatMap((stage) => this.#mistakesOf(stage, file, stagePointer(stage.name))),
      ...this.#mistakesOf(run, file, ""),
    ];
  }

  #memory(training: PlannedTraining, file: ExperimentValues): TrainingMemory {
    const key = memoryKind(training, file);
    const known = this.#known.get(key) ?? trainingMemory(training, file, this.#fileContext);
    this.#known.set(key, known);
    return known;
  }

  #mistakesOf(training: PlannedTraining, file: ExperimentValues, at: string): Mistake[] {
    const memory = this.#memory(training, file);
    const needed = memory.peak;
    if (needed <= this.#limit.bytes) return [];
    const { values } = training;
    const { batch } = values.training;
    const chunk = Math.min(values.rollouts.chunk, batch);
    const isBatch = memory.training >= memory.sampling;
    const rows = Math.min(batch, values.training.microBatch ?? batch);
    const [what, size, key, other] = isBatch
      ? ["learning from", rows, rows < batch ? "/training/microBatch" : "/training/batch", "/rollouts/chunk"]
      : ["sampling", chunk, "/rollouts/chunk", "/training/batch"];
    const part = Math.max(memory.training, memory.sampling);
    return [
      {
        pointer: `${at}${key}`,
        message:
          `expected what fits into ${this.#limit.of}, ${gibibytes(this.#limit.bytes)}, got what is estimated to ` +
          `take ${gibibytes(needed)}, of which ${what} ${size.toLocaleString("en")} sequences of up to ` +
          `${memory.length.toLocaleString("en")} tokens takes ${gibibytes(part)}; lower ${key}, ${other}, ` +
          `/rollouts/maxNewTokens or the student's size, set /training/microBatch, or ${this.#limit.orElse}`,
      },
    ];
  }
}
