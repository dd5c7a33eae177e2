/** Slurm's queue, asked and told by its own commands. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";

/** Milliseconds that a command of Slurm may take. */
const patience = 60_000;

/** Runs a command of Slurm; gives what it printed. `Error` when it fails or takes more than a minute. */
export const slurmCommand = async (program: string, words: readonly string[]): Promise<string> => {
  const { stdout } = await promisify(execFile)(program, words, { timeout: patience, maxBuffer: 64_000_000 });
  return stdout.trim();
};

/**
 * The state of a task of an array: it waits; it runs, or is about to begin or to end; somebody cancelled it; it ended
 * in another way.
 */
export type TaskState = "waiting" | "running" | "cancelled" | "ended";

/** States that a task does not leave, as squeue names them. */
const endStates = [
  "BOOT_FAIL",
  "COMPLETED",
  "DEADLINE",
  "FAILED",
  "NODE_FAIL",
  "OUT_OF_MEMORY",
  "PREEMPTED",
  "REVOKED",
  "SPECIAL_EXIT",
  "TIMEOUT",
] as const;

const stateOf = (text: string): TaskState => {
  if (text === "CANCELLED") return "cancelled";
  if (text === "PENDING") return "waiting";
  return endStates.some((state) => state === text) ? "ended" : "running";
};

/**
 * The states of arrays' tasks, by the array's number and the task's index, out of lines `<array> <index> <state>`.
 * Pure.
 */
export const taskStates = (lines: string): ReadonlyMap<string, ReadonlyMap<number, TaskState>> => {
  const arrays = new Map<string, Map<number, TaskState>>();
  for (const line of lines.split("\n")) {
    const [, array, index, state] = /^\s*(\d+)\s+(\d+)\s+([A-Z_]+)\s*$/u.exec(line) ?? [];
    if (array === undefined || index === undefined || state === undefined) continue;
    const tasks = arrays.get(array) ?? new Map<number, TaskState>();
    arrays.set(array, tasks.set(Number(index), stateOf(state)));
  }
  return arrays;
};

/**
 * Asks for the tasks of this user's arrays that wait, run, or ended a short while ago: Slurm forgets those after its
 * `MinJobAge`.
 */
export const askQueue = async (): Promise<ReturnType<typeof taskStates>> =>
  taskStates(await slurmCommand("squeue", ["--noheader", "--me", "--array", "--states=all", "--format=%F %K %T"]));
