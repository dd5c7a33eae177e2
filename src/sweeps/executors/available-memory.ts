/**
 * Memory that processes of this machine may take: what it has, or what is free, within the limits of the control groups
 * that this process is in.
 */
import { readFileSync } from "node:fs";
import { freemem, totalmem } from "node:os";
import { dirname, join } from "node:path";

const textOf = (path: string): string | undefined => {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
};

const numberIn = (path: string): number | undefined => {
  const text = textOf(path)?.trim();
  return text !== undefined && /^\d+$/u.test(text) ? Number(text) : undefined;
};

/**
 * What is left in one group; nothing where it has no limit. Pages of files that nobody uses are given back when memory
 * is asked for.
 */
const leftIn = (folder: string): number | undefined => {
  const [limit, used] = [numberIn(join(folder, "memory.max")), numberIn(join(folder, "memory.current"))];
  if (limit === undefined || used === undefined) return undefined;
  const idle = Number(/^inactive_file (\d+)$/mu.exec(textOf(join(folder, "memory.stat")) ?? "")?.[1] ?? 0);
  return Math.max(0, limit - used + idle);
};

const ownGroup = (): string => /^0::(\/[^\n]*)$/mu.exec(textOf("/proc/self/cgroup") ?? "")?.[1] ?? "/";

/** The least of what is read of a group and of those that it is in, and of what the machine has. */
const least = (root: string, own: string, machine: number, read: (folder: string) => number | undefined): number => {
  let bytes = machine;
  for (let group = own; ; group = dirname(group)) {
    bytes = Math.min(bytes, read(join(root, group)) ?? bytes);
    if (group === dirname(group)) return bytes;
  }
};

/**
 * Bytes that this machine has at all, within the limits of the control groups, whoever uses them now. Parameters as of
 * `availableMemory`.
 */
export const machineMemory = (root = "/sys/fs/cgroup", own = ownGroup()): number =>
  least(root, own, totalmem(), (folder) => numberIn(join(folder, "memory.max")));

/**
 * Bytes that are free. `root` is where control groups (version 2) are mounted, `own` the path of this process's group
 * below it.
 */
export const availableMemory = (root = "/sys/fs/cgroup", own = ownGroup()): number =>
  least(root, own, freemem(), leftIn);
