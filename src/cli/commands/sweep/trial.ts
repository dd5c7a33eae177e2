/** `retort trial`: runs trials of a sweep in this process. Executors start it; a person rarely does. */
import { dirname, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Command } from "commander";
import { lastValueFrom, tap } from "rxjs";
import { execute } from "../../../experiments/running/execute.ts";
import { startEarlyThreads } from "../../../experiments/running/early-threads.ts";
import { machineMemory } from "../../../sweeps/executors/available-memory.ts";
import { supervise } from "../../../sweeps/executors/supervise.ts";
import { TrialProcesses, type FreeMessage, type NextMessage } from "../../../sweeps/executors/trial-processes.ts";
import { modulesIn } from "../../../plugins/modules-in.ts";
import { planTrial, readFrozen, trialNamed } from "../../../sweeps/planning/frozen.ts";
import { IdleThreads } from "../../../workers/idle-threads.ts";
import { withCheckpointRequests } from "../../display/checkpoint-requests.ts";
import { interruptible } from "../../display/interruptible.ts";
import { overMemoryOption } from "../../options/over-memory.ts";
import { numberFrom } from "../../options/numbers.ts";
import { ownCommand } from "../../options/own-command.ts";
import { displayOf } from "../../display/progress.ts";
import type { Terminal } from "../../display/terminal.ts";
import { visible } from "../../../files/visible.ts";
import { defined } from "../../../optional/defined.ts";

interface TrialFlags {
  readonly threads: number;
  readonly retries: number;
  readonly pauseAt?: number;
  readonly overMemory?: true;
  readonly supervised?: true;
  readonly further?: true;
}

/** Milliseconds until a trial is tried again that another process works on. */
const retryAfter = 5000;

/**
 * A trial whose driver is gone, now or already, stops as by SIGTERM: another driver resumes it. Gives what ends that.
 */
const stopWithParent = (): (() => void) => {
  // Only who was started with a channel can miss it.
  if (process.send === undefined) return () => undefined;
  const stop = (): boolean => process.kill(process.pid, "SIGTERM");
  if (process.connected) process.once("disconnect", stop);
  else stop();
  // Listening alone keeps nothing alive.
  process.channel?.unref();
  return () => void process.off("disconnect", stop);
};

/** Says that a trial has ended, and waits for the id of the next one; nothing when who started this wants no more. */
const nextTrial = (): Promise<string | undefined> =>
  new Promise((resolve) => {
    if (process.send === undefined || !process.connected) return resolve(undefined);
    const give = (id?: string): void => {
      process.off("message", take);
      process.off("disconnect", give);
      process.channel?.unref();
      resolve(id);
    };
    const take = (message: unknown): void => give((message as NextMessage).trial);
    process.on("message", take);
    process.once("disconnect", give);
    process.channel?.ref();
    process.send({ free: true } satisfies FreeMessage);
  });

/** Has another process run the trial, again and again if need be. `Error` when it failed too often. */
const performSupervised = async (
  folder: string,
  id: string,
  flags: TrialFlags,
  { errors }: Terminal,
): Promise<void> => {
  const { threads, retries, pauseAt, overMemory } = flags;
  const sweep = { ...readFrozen(folder), ...defined({ overMemory }) };
  const trial = trialNamed(sweep, id);
  const note = (text: string): void => void errors.write(`${visible(text)}\n`);
  const pausing = defined({ pauseAt });
  await interruptible({ note, close: () => undefined }, async (signal) => {
    const work = {
      folder: resolve(folder),
      sweep,
      trials: [trial],
      threads,
      retries,
      command: ownCommand(),
      signal,
      note,
      ...pausing,
    };
    const processes = new TrialProcesses();
    let outcome = await supervise(trial, work, processes);
    while (outcome === "held") {
      await pause(retryAfter, undefined, { signal }).catch(() => undefined);
      outcome = await supervise(trial, work, processes);
    }
    await processes.close();
    if (outcome === "failed") throw new Error(`${trial.label}: failed too often; its folder has the log`);
  });
};

/** Runs a trial; says whether another may follow in this process: not where a user's code may have left something. */
const perform = async (
  folder: string,
  id: string,
  { threads, pauseAt, overMemory }: TrialFlags,
  terminal: Terminal,
  idle: IdleThreads,
): Promise<boolean> => {
  const sweep = readFrozen(folder);
  const { name } = trialNamed(sweep, id);
  void startEarlyThreads(idle, sweep.bases[name] ?? sweep.bases["run"] ?? null, threads).catch(() => undefined);
  const run = await planTrial(sweep, trialNamed(sweep, id), {}, overMemory === true ? undefined : machineMemory());
  const display = displayOf("auto", terminal);
  const out = dirname(resolve(folder));
  const pausing = defined({ pauseAt });
  try {
    await withCheckpointRequests(display, (checkpointAsked) =>
      interruptible(display, async (signal) => {
        const ignoreParent = stopWithParent();
        const asked = { signal, checkpointAsked, ...pausing };
        const events = execute([run], { idle, out, cache: sweep.cache, repeat: false, fork: true, threads, ...asked });
        await lastValueFrom(events.pipe(tap((event) => display.show(event))), { defaultValue: undefined });
        ignoreParent();
      }),
    );
  } finally {
    display.close();
  }
  return modulesIn([run.values, run.stages]).length === 0;
};

const performAll = async (folder: string, first: string, flags: TrialFlags, terminal: Terminal): Promise<void> => {
  const idle = new IdleThreads();
  try {
    for (let id: string | undefined = first; id !== undefined;) {
      const mayFollow = await perform(folder, id, flags, terminal, idle);
      id = flags.further === true && mayFollow ? await nextTrial() : undefined;
    }
  } finally {
    await idle.close();
  }
};

/** Adds description, arguments, options and action to the command. */
export const addTrial = (command: Command, terminal: Terminal): void => {
  command
    .description(
      "Runs one trial of a sweep: what retort sweep has its processes do, on whatever machine sees the sweep's folder.",
    )
    .argument("<folder>", "the sweep's folder, with sweep.json")
    .argument("<id>", "the trial's id, or its first digits")
    .option("--threads <n>", "threads of each part", numberFrom(1, true), 1)
    .option("--supervised", "in another process, which is begun again when it fails or dies")
    .option("--further", "and then the trials that the process names which started it")
    .option("--retries <n>", "how many times it is begun again when it fails, if supervised", numberFrom(0, true), 1)
    .addOption(overMemoryOption())
    .option("--pause-at <step>", "steps after which it pauses", numberFrom(1, true))
    .action((folder: string, id: string, flags: TrialFlags) =>
      flags.supervised === true
        ? performSupervised(folder, id, flags, terminal)
        : performAll(folder, id, flags, terminal),
    );
};
