/**
 * Which stored stages may be removed, and their removal: never one that a process uses, makes, or may just have begun
 * to read.
 */
import { existsSync, statSync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { lockFolder, holderOf, isLock, type LockHolder } from "../../runs/folder/lock.ts";
import type { StoredStage } from "./stored-stages.ts";

/** Which stored stages to remove: those for which all that is given here holds. */
export interface PruneChoice {
  /** True for those from which no run below the runs' folder started. */
  readonly unused: boolean;
  /** Milliseconds since it was made and since it was last used, at least. */
  readonly idle?: number | undefined;
  /** Names of stages. */
  readonly names?: readonly string[] | undefined;
  /** Bytes that all stored stages together may keep: those that were used last stay. */
  readonly budget?: number | undefined;
}

/** The stored stages that a choice takes, the one that was used longest ago first. `now` in milliseconds since 1970. */
export const prunable = (
  kept: readonly StoredStage[],
  { unused, idle = 0, names, budget }: PruneChoice,
  now: number,
): StoredStage[] => {
  const chosen = kept
    .filter(({ name, usedBy, used }) => {
      if (unused && usedBy.length > 0) return false;
      return now - Date.parse(used) >= idle && (names?.includes(name) ?? true);
    })
    .toSorted((a, b) => (a.used < b.used ? -1 : 1));
  if (budget === undefined) return chosen;
  let bytes = kept.reduce((sum, stage) => sum + stage.bytes, 0);
  return chosen.filter((stage) => {
    if (bytes <= budget) return false;
    bytes -= stage.bytes;
    return true;
  });
};

/** A process that found a stored stage has begun to read it after so many milliseconds. */
const GRACE = 60_000;

const usedNow = async ({ usedBy }: StoredStage): Promise<string | undefined> => {
  for (const run of usedBy) {
    const holder = await holderOf(run);
    if (holder !== undefined) return `process ${holder.pid} on ${holder.host} works on ${run}, which starts from it`;
  }
  return undefined;
};

const obstacleOf = async (stage: StoredStage): Promise<string | undefined> => {
  const at = statSync(stage.folder, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (Date.now() - at < GRACE)
    return "it was made or used less than a minute ago, and a process may be about to read it";
  return usedNow(stage);
};

const heldBy = ({ pid, host }: LockHolder): string => `process ${pid} on ${host} makes it`;

/** Why a stored stage must not be removed now; nothing when it may. */
export const pruneObstacle = async (stage: StoredStage, cache: string): Promise<string | undefined> => {
  const holder = await holderOf(join(cache, "unfinished", stage.id));
  return holder === undefined ? obstacleOf(stage) : heldBy(holder);
};

/**
 * Removes a stored stage, as the only process with its lock; for others it is there whole or not at all. Gives why it
 * must not be removed, when it must not. Errors of the system.
 */
export const pruneStage = async (stage: StoredStage, cache: string): Promise<string | undefined> => {
  const work = join(cache, "unfinished", stage.id);
  const fresh = !existsSync(work);
  const lock = await lockFolder(work);
  if (!isLock(lock)) return heldBy(lock);
  try {
    const obstacle = await obstacleOf(stage);
    if (obstacle !== undefined) return obstacle;
    const gone = join(dirname(stage.folder), `.pruned-${basename(stage.folder)}-${process.pid}`);
    await rename(stage.folder, gone);
    await rm(gone, { recursive: true, force: true, maxRetries: 5 });
    return undefined;
  } finally {
    await lock.release();
    // What another process has left there for the next attempt stays.
    if (fresh) await rm(work, { recursive: true, force: true, maxRetries: 5 });
  }
};
