/** Names a process so that another one can tell whether it still runs, even when its number was given to a new one. */
import { readFile, readlink } from "node:fs/promises";
import { hostname } from "node:os";

/** A process, wherever it is. Empty texts where the system does not say. */
export interface ProcessIdentity {
  readonly host: string;
  /** Changes with every start of the machine, and tells two machines of one name apart. */
  readonly boot: string;
  /** Numbers of processes mean something inside of it only: containers have their own. */
  readonly namespace: string;
  readonly pid: number;
  /** When it began, in ticks since the machine started. */
  readonly started: string;
}

const text = (path: string): Promise<string> => readFile(path, "utf8").catch(() => "");

/** State and start of a process, as Linux says them. */
const stateOf = async (pid: number): Promise<{ readonly state: string; readonly started: string } | undefined> => {
  const stat = await text(`/proc/${pid}/stat`);
  // The name is in brackets and may hold anything, brackets and spaces too.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return stat === "" ? undefined : { state: fields[0] ?? "", started: fields[19] ?? "" };
};

const machineIdentity = async (): Promise<Pick<ProcessIdentity, "host" | "boot" | "namespace">> => ({
  host: hostname(),
  boot: (await text("/proc/sys/kernel/random/boot_id")).trim(),
  namespace: await readlink("/proc/self/ns/pid").catch(() => ""),
});

/** This process. */
export const thisProcess = async (): Promise<ProcessIdentity> => ({
  ...(await machineIdentity()),
  pid: process.pid,
  started: (await stateOf(process.pid))?.started ?? "",
});

const exists = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It is there, and another user's.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
};

/**
 * Whether a process still runs; `undefined` when it is one of another machine or container, where this one cannot look.
 */
export const isRunning = async ({
  host,
  boot,
  namespace,
  pid,
  started,
}: ProcessIdentity): Promise<boolean | undefined> => {
  const here = await machineIdentity();
  if (host !== here.host || boot !== here.boot || namespace !== here.namespace) return undefined;
  if (!Number.isSafeInteger(pid) || pid < 1 || !exists(pid)) return false;
  const state = await stateOf(pid);
  // A process that ended and whose parent has not yet read its status is a zombie, Z, and then X.
  return state === undefined || (state.started === started && !["Z", "X"].includes(state.state));
};
