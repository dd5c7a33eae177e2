/** How many trials run at once on this machine when --jobs is left out. */
import { availableParallelism } from "node:os";
import { availableMemory } from "../../sweeps/executors/available-memory.ts";
import { mebibytes } from "../display/number-text.ts";
import type { Terminal } from "../display/terminal.ts";

/** What a machine has left: cores, and bytes of memory. */
export interface Room {
  readonly cores: number;
  readonly memory: number;
}

const ofThisMachine = (): Room => ({ cores: availableParallelism(), memory: availableMemory() });

/**
 * As many trials as have a core for each thread and `largest` bytes of memory each, and at least one; says in a line
 * when memory is what bounds them.
 */
export const localJobs = (
  threads: number,
  largest: () => number,
  { errors }: Pick<Terminal, "errors">,
  room = ofThisMachine(),
): number => {
  const byCores = Math.max(1, Math.floor(room.cores / threads));
  if (byCores === 1) return 1;
  const each = largest();
  const byMemory = Math.max(1, Math.floor(room.memory / each));
  if (byMemory >= byCores) return byCores;
  const why = `each is estimated to take ${mebibytes(each)}, and ${mebibytes(room.memory)} are available`;
  errors.write(`trials at once: ${byMemory} instead of ${byCores}, as ${why}; --jobs overrides this\n`);
  return byMemory;
};
