/** Trials as processes of this machine. */
import { setTimeout as pause } from "node:timers/promises";
import type { FrozenTrial } from "../planning/frozen.ts";
import type { Executor, Work } from "./executor.ts";
import { supervise } from "./supervise.ts";
import { TrialProcesses } from "./trial-processes.ts";

/** Milliseconds after which a trial that another driver's process works on is checked again. */
const lookAgain = 1000;

/** `jobs` processes at once, each of which runs one trial after another. */
export const local = (jobs: number): Executor => ({
  name: "local",
  async run(work: Work) {
    const waiting: FrozenTrial[] = [...work.trials];
    const processes = new TrialProcesses();
    const lane = async (): Promise<void> => {
      for (let trial = waiting.shift(); trial !== undefined; trial = waiting.shift()) {
        if (work.signal.aborted) return;
        const outcome = await supervise(trial, work, processes);
        if (outcome !== "held") continue;
        waiting.push(trial);
        await pause(lookAgain / Math.max(1, waiting.length), undefined, { signal: work.signal }).catch(() => undefined);
      }
    };
    try {
      await Promise.all(Array.from({ length: Math.min(jobs, waiting.length) }, lane));
    } finally {
      await processes.close();
    }
  },
});
