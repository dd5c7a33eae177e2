/** What can be done to a run from the page, each as the command line does it. */
import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync } from "node:fs";
import { join } from "node:path";
import { lastText } from "../../files/regular-file.ts";
import { commandText, resumeCommand, variantCommand, type Arguments } from "../answering/run-command.ts";
import { runningProcess } from "../answering/running-process.ts";
import type { WatchedRun } from "../answering/watched-runs.ts";
import type { ControlAnswer, ControlRequest } from "../control-answers.ts";

/** How this package's command is started. */
export interface ControlOptions {
  /** Node, and the file of the command. */
  readonly command: readonly string[];
  /** Where what is started writes its output. */
  readonly root: string;
  /** Where it is started. */
  readonly cwd: string;
}

/** Milliseconds in which a command that cannot run says so. */
const startTime = 3000;

/** The process of a run. `RangeError` where nothing can be told to it from here. */
const processOf = async (run: WatchedRun): Promise<{ readonly pid: number; readonly driver: number | undefined }> => {
  const process = await runningProcess(run.folder);
  if (process !== undefined) return process;
  throw new RangeError(
    run.record.status === "running"
      ? `${run.key}: expected a process of this machine, got one of another; stop it there`
      : `${run.key}: expected a run at work, got one that is ${run.record.status}`,
  );
};

const stop = async (run: WatchedRun): Promise<ControlAnswer> => {
  const { pid, driver } = await processOf(run);
  const target = driver ?? pid;
  process.kill(target, "SIGTERM");
  const what = driver === undefined ? "The run" : "The sweep that runs it";
  return { command: `kill ${target}`, message: `${what} stops; its last whole step is kept, and it can be resumed.` };
};

const checkpoint = async (run: WatchedRun): Promise<ControlAnswer> => {
  const { pid } = await processOf(run);
  process.kill(pid, "SIGUSR2");
  return { command: `kill -USR2 ${pid}`, message: "A checkpoint follows the step in progress." };
};

/** Starts a command that continues when the page is closed. `Error` with the end of its output where it fails. */
const start = async (given: Arguments, { command, root, cwd }: ControlOptions): Promise<void> => {
  const folder = join(root, ".ui");
  mkdirSync(folder, { recursive: true });
  const output = join(folder, `${new Date().toISOString().replaceAll(/[^\dTZ]/gu, "")}-${process.pid}.log`);
  const log = openSync(output, "a", 0o600);
  const [node, ...parameters] = command;
  const child = spawn(node!, [...parameters, ...given], {
    cwd,
    detached: true,
    stdio: ["ignore", log, log],
  });
  closeSync(log);
  child.unref();
  const code = await new Promise<number | undefined>((resolve) => {
    const timer = setTimeout(() => resolve(undefined), startTime);
    const settle = (ended: number | undefined): void => {
      clearTimeout(timer);
      resolve(ended);
    };
    child.once("exit", (ended) => settle(ended ?? 1));
    child.once("error", () => settle(1));
  });
  if (code !== undefined && code !== 0) throw new Error(`${commandText(given)}: ${lastText(output, 2000).trim()}`);
};

/** Does what was asked. `RangeError`, `ExperimentError` and `Error` that say why it was not done. */
export const perform = async (
  run: WatchedRun,
  { action, overrides = [] }: ControlRequest,
  options: ControlOptions,
): Promise<ControlAnswer> => {
  if (action === "stop") return stop(run);
  if (action === "checkpoint") return checkpoint(run);
  const given = action === "resume" ? await resumeCommand(run) : await variantCommand(run, overrides);
  await start(given, options);
  const message =
    action === "resume" ? "The run continues, also when this page is closed." : "The variant runs; it is in the table.";
  return { command: commandText(given), message };
};

/** The command that would be started, and nothing more. Errors as of `perform`. */
export const commandFor = async (run: WatchedRun, { action, overrides = [] }: ControlRequest): Promise<string> => {
  if (action === "resume") return commandText(await resumeCommand(run));
  if (action === "variant") return commandText(await variantCommand(run, overrides));
  const { pid, driver } = await processOf(run);
  return action === "stop" ? `kill ${driver ?? pid}` : `kill -USR2 ${pid}`;
};
