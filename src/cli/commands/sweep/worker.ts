/** `retort worker`: takes trials of sweeps from a queue, on as many machines as see the sweeps' folders. */
import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import type { Command } from "commander";
import { work } from "../../../sweeps/executors/queue-worker.ts";
import { interruptible } from "../../display/interruptible.ts";
import { numberFrom } from "../../options/numbers.ts";
import { ownCommand } from "../../options/own-command.ts";
import { redisIn, redisOption } from "../../options/redis-option.ts";
import type { Terminal } from "../../display/terminal.ts";
import { visible } from "../../../files/visible.ts";

interface WorkerFlags {
  readonly redis: string;
  readonly jobs: number;
  readonly out: string;
}

const perform = async ({ redis, jobs, out }: WorkerFlags, { errors }: Terminal): Promise<void> => {
  const address = redisIn(redis);
  const folder = resolve(out);
  const note = (text: string): void => void errors.write(`${visible(text)}\n`);
  note(`waiting for trials of sweeps in ${folder}, at ${address.shown}; Ctrl-C stops`);
  await interruptible({ note, close: () => undefined }, (signal) =>
    work(address, { out: folder, jobs, command: ownCommand(), signal, note }),
  );
};

/** Adds description, arguments, options and action to the command. */
export const addWorker = (command: Command, terminal: Terminal): void => {
  command
    .description(
      "Runs trials of sweeps that were started with --executor bullmq, each in a process of its own, until " +
        "it is stopped. It may be killed at any moment: another worker takes over. The sweeps' folders and " +
        "files have the same paths here as where the sweep was started.",
    )
    .addOption(redisOption())
    .option("--out <folder>", "the sweep's --out: only trials of sweeps in this folder are run", "runs")
    .option("--jobs <n>", "trials at once", numberFrom(1, true), availableParallelism())
    .addHelpText("after", "\nExample:\n  retort worker --redis redis://queue:6379 --out /shared/runs --jobs 2")
    .action((flags: WorkerFlags) => perform(flags, terminal));
};
