/**
 * Processes of this machine that run trials, one after another: to start one and load its code takes longer than many a
 * trial.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdirSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { setImmediate as turn, setTimeout as pause } from "node:timers/promises";
import type { FrozenTrial } from "../planning/frozen.ts";
import { trialFolder } from "../planning/trial-progress.ts";
import type { Work } from "./executor.ts";

/** What a process that has run its trial tells who started it: it may be given another. */
export interface FreeMessage {
  readonly free: true;
}

/** The trial that it is given. */
export interface NextMessage {
  readonly trial: string;
}

/** Milliseconds in which a process without a trial ends by itself. */
const endsWithin = 2000;

/** Arguments of `retort` that run a trial, and those that it names afterwards where there are `further` ones. */
export const trialArguments = (
  folder: string,
  id: string,
  {
    threads,
    pauseAt,
    sweep,
  }: Pick<Work, "threads" | "pauseAt"> & { readonly sweep?: Pick<Work["sweep"], "overMemory"> },
  further = false,
): string[] => [
  "trial",
  folder,
  id,
  "--threads",
  String(threads),
  ...(pauseAt === undefined ? [] : ["--pause-at", String(pauseAt)]),
  ...(sweep?.overMemory === true ? ["--over-memory"] : []),
  ...(further ? ["--further"] : []),
];

/** The exit code of a trial's process, 0 when that lives on; nothing when a signal ended it. */
export type ExitCode = number | undefined;

/** One process, which has one trial at a time. */
class TrialProcess {
  /** All that decides how it runs trials. */
  readonly key: string;
  readonly #child: ChildProcess;
  #log: number | undefined;
  #ended: { readonly code: ExitCode } | undefined;

  constructor(key: string, command: readonly string[]) {
    this.key = key;
    const [program, ...parameters] = command;
    // A group of its own: Ctrl-C is for the driver, which asks its processes to stop, once.
    this.#child = spawn(program!, parameters, { stdio: ["ignore", "pipe", "pipe", "ipc"], detached: true });
    this.#child.once("exit", (code) => (this.#ended = { code: code ?? undefined }));
    const write = (text: Uint8Array): void => {
      if (this.#log !== undefined) writeSync(this.#log, text);
    };
    this.#child.stdout?.on("data", write);
    this.#child.stderr?.on("data", write);
  }

  get usable(): boolean {
    return this.#ended === undefined && this.#child.connected;
  }

  /** Until the trial that it was started with, or that it is told now, has ended; what it says goes to the log. */
  async run(log: string, signal: AbortSignal, next?: NextMessage): Promise<ExitCode> {
    const stop = (): void => void this.#child.kill("SIGTERM");
    this.#log = openSync(log, "a");
    signal.addEventListener("abort", stop);
    try {
      const over = this.#over();
      if (next !== undefined) this.#child.send(next, () => undefined);
      if (signal.aborted) stop();
      const code = await over;
      // What it wrote before it said so has come by then.
      await turn();
      return code;
    } finally {
      signal.removeEventListener("abort", stop);
      closeSync(this.#log);
      this.#log = undefined;
    }
  }

  /** Lets a process without a trial end. */
  async end(): Promise<void> {
    if (this.#ended !== undefined) return;
    const exit = once(this.#child, "exit");
    if (this.#child.connected) this.#child.disconnect();
    await Promise.race([exit, pause(endsWithin, undefined, { ref: false })]);
    if (this.#child.exitCode === null) this.#child.kill("SIGKILL");
  }

  #over(): Promise<ExitCode> {
    const child = this.#child;
    return new Promise((resolve, reject) => {
      const off = (): void => {
        child.off("message", free).off("close", close).off("error", fail);
      };
      const free = (message: unknown): void => {
        if ((message as Partial<FreeMessage>).free !== true) return;
        off();
        resolve(0);
      };
      const close = (code: number | null): void => {
        off();
        resolve(code ?? undefined);
      };
      const fail = (error: Error): void => {
        off();
        reject(error);
      };
      child.on("message", free).on("close", close).on("error", fail);
    });
  }
}

/** Takes trials; each process runs them one after another, those of one sweep and with the same options. */
export class TrialProcesses {
  #waiting: TrialProcess[] = [];

  /** Runs a trial in a process that waits, or in a new one. It stops by itself when this process is gone. */
  async run(trial: FrozenTrial, work: Work): Promise<ExitCode> {
    const folder = trialFolder(work.folder, work.sweep, trial);
    mkdirSync(folder, { recursive: true });
    const log = join(folder, "process.log");
    const key = JSON.stringify([work.command, trialArguments(work.folder, "", work)]);
    this.#waiting = this.#waiting.filter(({ usable }) => usable);
    const place = this.#waiting.findIndex((one) => one.key === key);
    const [known] = place < 0 ? [] : this.#waiting.splice(place, 1);
    // One for another that nobody may want again.
    if (known === undefined) void this.#waiting.pop()?.end();
    const started =
      known ?? new TrialProcess(key, [...work.command, ...trialArguments(work.folder, trial.id, work, true)]);
    const code = await started.run(log, work.signal, known && { trial: trial.id });
    if (started.usable) this.#waiting.push(started);
    return code;
  }

  /** Ends the processes that wait. */
  async close(): Promise<void> {
    await Promise.all(this.#waiting.splice(0).map((one) => one.end()));
  }
}
