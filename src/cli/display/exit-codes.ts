/** How commands end: the exit codes, and the errors that carry them. */
import { constants } from "node:os";
import { CommanderError, InvalidArgumentError } from "commander";
import { LockedError } from "../../runs/folder/locked-error.ts";
import { ExperimentError, formatProblem } from "../../experiments/file/problem.ts";
import type { Terminal } from "./terminal.ts";

/** Exit codes of every command. */
export const exitCodes = { ok: 0, failed: 1, badInput: 2, held: 75 } as const;

/** What shells give for a process that a signal ended. */
const SIGNALLED = 128;

/** What `--help` says of them. */
export const exitCodesHelp = `
Exit codes:
  0    all went well
  1    a run failed
  2    the input is wrong: a file, an override or an option; or code or data of a run changed before it was done
  75   another process works on the run
  130  stopped by Ctrl-C, or 128 and the number of another signal that stopped it`;

/** Thrown when a person or the system stopped the command. */
export class InterruptedError extends Error {
  override readonly name = "InterruptedError";
  /** 128 and the signal's number. */
  readonly code: number;
  /** What the same command does when it is called again. */
  readonly again: string;

  constructor(signal: NodeJS.Signals, again: string) {
    super(`interrupted by ${signal}`);
    this.code = SIGNALLED + constants.signals[signal];
    this.again = again;
  }
}

/** The message with those of its causes, each once: an error that wraps another one often says its message too. */
const reasons = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  if (error.cause === undefined) return error.message;
  const cause = reasons(error.cause);
  return error.message.includes(cause) ? error.message : `${error.message}: ${cause}`;
};

/** The stack with those of its causes: the first one of a module's error is that of what called it. */
const stacks = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  const { stack = error.message, cause } = error;
  return cause === undefined ? stack : `${stack}\ncaused by: ${stacks(cause)}`;
};

/** Says what went wrong in a line or a few, or with the stack when `debug`, and gives the exit code. */
export const reportError = (error: unknown, terminal: Terminal, debug: boolean): number => {
  const { errors, colors } = terminal;
  if (error instanceof InvalidArgumentError) {
    errors.write(`${colors.red("error")}: ${error.message}\n`);
    return exitCodes.badInput;
  }
  // Commander has said the others already.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.badInput;
  if (error instanceof InterruptedError) {
    errors.write(`${colors.yellow("interrupted")}: the same command ${error.again}\n`);
    return error.code;
  }
  if (error instanceof ExperimentError) {
    for (const problem of error.problems) errors.write(`${formatProblem(problem, colors)}\n`);
    const { length } = error.problems;
    errors.write(`${colors.red(length === 1 ? "1 problem" : `${length} problems`)}\n`);
    if (debug) errors.write(`${stacks(error)}\n`);
    return exitCodes.badInput;
  }
  const hint = debug ? "" : `\n${colors.dim("--debug shows where")}`;
  const text = debug ? stacks(error) : reasons(error);
  errors.write(`${colors.red("error")}: ${text}${hint}\n`);
  return error instanceof LockedError ? exitCodes.held : exitCodes.failed;
};
