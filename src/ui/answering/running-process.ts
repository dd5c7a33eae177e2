/** The process that works on a run, where it is one of this machine. */
import { readFile } from "node:fs/promises";
import { holderOf } from "../../runs/folder/lock.ts";
import { isRunning } from "../../runs/folder/process-identity.ts";

/** A process of this machine. */
export interface RunningProcess {
  readonly pid: number;
  /** The sweep that started it, and would start it again. */
  readonly driver: number | undefined;
}

const textOf = (path: string): Promise<string> => readFile(path, "utf8").catch(() => "");

/** The arguments of a process; none where the system does not say. */
const argumentsOf = async (pid: number): Promise<readonly string[]> =>
  (await textOf(`/proc/${pid}/cmdline`)).split("\0");

/** The sweep whose trial a process runs. */
const driverOf = async (pid: number): Promise<number | undefined> => {
  if (!(await argumentsOf(pid)).includes("trial")) return undefined;
  const parent = Number(/^PPid:\s*(\d+)$/mu.exec(await textOf(`/proc/${pid}/status`))?.[1] ?? 0);
  return parent > 1 && (await argumentsOf(parent)).includes("sweep") ? parent : undefined;
};

/** The process that has locked a run's folder; nothing where there is none, or it is of another machine. */
export const runningProcess = async (folder: string): Promise<RunningProcess | undefined> => {
  const holder = await holderOf(folder).catch(() => undefined);
  if (holder === undefined || (await isRunning(holder)) !== true) return undefined;
  return { pid: holder.pid, driver: await driverOf(holder.pid) };
};
