/** Where and with what something was measured. */
import { availableParallelism, cpus } from "node:os";
import { instructionSets } from "../src/engine/instruction-sets.ts";
import { packageVersion } from "../src/runs/folder/package-version.ts";

/** A machine, the versions of what ran on it, and how it was measured. */
export interface Machine {
  readonly processor: string;
  readonly instructions: readonly string[];
  readonly cores: number;
  readonly threads: number;
  readonly rounds: number;
  readonly date: string;
  readonly versions: readonly string[];
}

/** This machine, today; `others` are versions of what is beside Retort and Node.js. */
export const machineHere = (threads: number, rounds: number, others: readonly string[]): Machine => ({
  processor: cpus()[0]?.model.trim() ?? "unknown processor",
  instructions: instructionSets(),
  cores: availableParallelism(),
  threads,
  rounds,
  date: new Date().toISOString().slice(0, 10),
  versions: [`Retort ${packageVersion()}`, `Node ${process.version}`, ...others],
});
