/**
 * Memory that new processes of this machine may take: what is free, within the limits of the control groups that this
 * process is in.
 */
import { readFileSync } from "node:fs";
import { freemem } from "node:os";
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

/** Bytes. `root` is where control groups (version 2) are mounted, `own` the path of this process's group below it. */
export const availableMemory = (
  root = "/sys/fs/cgroup",
  own = /^0::(\/[^\n]*)$/mu.exec(textOf("/proc/self/cgroup") ?? "")?.[1] ?? "/",
): number => {
  let left = freemem();
  for (let group = own; ; group = dirname(group)) {
    left = Math.min(left, leftIn(join(root, group)) ?? left);
    if (group === dirname(group)) return left;
  }
};
