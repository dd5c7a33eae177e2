/**
 * One process at a time works on a folder. Each attempt is a file `attempts/0001.json`, `0002.json` ... that only one
 * process can make, and the newest one counts: it may be taken over when its process is gone. Files are never removed,
 * so what is found dead stays dead.
 */
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { link, mkdir, open, readdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { writeWhole } from "../../files/atomic-file.ts";
import { parseObject } from "../../files/json.ts";
import { readBoundedText } from "../../files/regular-file.ts";
import { VanishedError } from "./vanished-error.ts";
import { isRunning, thisProcess, type ProcessIdentity } from "./process-identity.ts";

/** Who works on a folder. */
export interface LockHolder extends ProcessIdentity {
  /** Counted from 1. */
  readonly attempt: number;
}

/** A lock on a folder: the right to work on it. */
export interface FolderLock {
  /** Counted from 1, over all processes that ever worked on the folder. */
  readonly attempt: number;
  /** Aborts when another process took this one for dead, or the folder was removed: nothing may be written any more. */
  readonly lost: AbortSignal;
  /** `VanishedError` when the folder was removed, also where another one is at its place; `lost` then aborts. */
  check(): void;
  /** Unlocks the folder. */
  release(): Promise<void>;
}

/** Milliseconds between two signs of life, which processes of other machines look for. */
const usualBeat = 10_000;

/** A process of another machine that gave no sign for so long is taken for dead. */
const patience = 90_000;

const attemptsIn = (folder: string): string => join(folder, "attempts");
const fileOf = (folder: string, attempt: number): string =>
  join(attemptsIn(folder), `${String(attempt).padStart(4, "0")}.json`);

/** Gives `nothing` for a file that is absent (`ENOENT`); every other error is thrown. */
const unlessAbsent =
  <T>(nothing: T) =>
  (error: unknown): T => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return nothing;
    throw error;
  };

const newestAttempt = async (folder: string): Promise<number> => {
  const names = await readdir(attemptsIn(folder)).catch(unlessAbsent<string[]>([]));
  return names.reduce((newest, name) => Math.max(newest, Number(/^(\d{4,9})\.json$/u.exec(name)?.[1] ?? 0)), 0);
};

const isText = (value: unknown): value is string => typeof value === "string" && value.length < 1000;

/** Longest file of an attempt, in bytes. */
const longest = 2 ** 16;

const textOf = (path: string): string => {
  try {
    return readBoundedText(path, longest);
  } catch (error) {
    return unlessAbsent("")(error);
  }
};

const readHolder = (path: string): (ProcessIdentity & { readonly released: boolean }) | undefined => {
  const { host, pid, boot, namespace, started, released } = parseObject(textOf(path)) ?? {};
  if (!isText(host) || typeof pid !== "number" || !isText(boot) || !isText(namespace) || !isText(started))
    return undefined;
  return { host, pid, boot, namespace, started, released: released === true };
};

/**
 * Whether a file was written to within the patience, by the clock of the file system: those of two machines may differ.
 */
const isFresh = async (folder: string, path: string): Promise<boolean> => {
  const probe = join(attemptsIn(folder), `.probe-${randomUUID()}`);
  try {
    await writeFile(probe, "");
    const [now, then] = await Promise.all([stat(probe), stat(path)]);
    return now.mtimeMs - then.mtimeMs < patience;
  } finally {
    await rm(probe, { force: true });
  }
};

const isAlive = async (folder: string, path: string, holder: ProcessIdentity): Promise<boolean> =>
  (await isRunning(holder)) ?? (await isFresh(folder, path));

/** The process that holds the lock by this attempt; undefined when it is released or its process is gone. */
const holderBy = async (folder: string, attempt: number): Promise<LockHolder | undefined> => {
  if (attempt === 0) return undefined;
  const path = fileOf(folder, attempt);
  const holder = readHolder(path);
  if (holder === undefined || holder.released || !(await isAlive(folder, path, holder))) return undefined;
  const { released: _released, ...identity } = holder;
  return { ...identity, attempt };
};

/** The process that holds a folder's lock now, if any. Errors of the system when that cannot be read. */
export const holderOf = async (folder: string): Promise<LockHolder | undefined> =>
  holderBy(folder, await newestAttempt(folder));

/** Makes the file with all of its content, unless it is there, or its folder is not. */
const created = async (path: string, content: string): Promise<boolean> => {
  const draft = `${path}.${randomUUID()}.part`;
  try {
    await writeFile(draft, content);
    await link(draft, path);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "EEXIST" || error.code === "ENOENT")) return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
};

const lockOf = (folder: string, attempt: number, identity: ProcessIdentity, beat: number): FolderLock => {
  const path = fileOf(folder, attempt);
  const lost = new AbortController();
  const vanish = (): VanishedError => {
    clearInterval(timer);
    const error = new VanishedError(folder);
    lost.abort(error);
    return error;
  };
  const live = async (): Promise<void> => {
    const newest = await newestAttempt(folder);
    if (newest < attempt) {
      vanish();
      return;
    }
    if (newest !== attempt) {
      clearInterval(timer);
      lost.abort(new Error(`${folder}: another process took this one for dead, and works on it now`));
      return;
    }
    // A write of the same byte is a sign of life by the file system's own clock.
    const file = await open(path, "r+");
    try {
      await file.write("{", 0);
    } finally {
      await file.close();
    }
  };
  const timer = setInterval(() => void live().catch(() => undefined), beat);
  timer.unref();
  return {
    attempt,
    lost: lost.signal,
    check() {
      if (!existsSync(path)) throw vanish();
    },
    async release() {
      // Written where the folder was removed, it would be there again, with nothing else in it.
      clearInterval(timer);
      if (!lost.signal.aborted && existsSync(path))
        await writeWhole(path, JSON.stringify({ ...identity, released: true }));
    },
  };
};

/** Attempts to make a folder that others may remove; after so many the obstacle is a file, and an error. */
const mostTries = 100;

/**
 * Whoever has finished what is done in a folder may remove it at any moment, and a parent of the one that is being made
 * with it: that is `ENOENT`, or Node's `ENOTDIR`.
 */
const makeFolder = async (path: string, tries = 1): Promise<void> => {
  try {
    await mkdir(path, { recursive: true });
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    if (tries === mostTries || !["ENOENT", "ENOTDIR"].includes(code)) throw error;
    await makeFolder(path, tries + 1);
  }
};

/**
 * Locks a folder, which is made if need be; gives the holder instead when another process, or this one, has the lock,
 * and nothing when the work is done. `isDone` is called when no process has the lock: its answer stays true until the
 * folder is locked. A sign of life is given every `beat` ms.
 */
export const lockUnlessDone = async (
  folder: string,
  isDone: () => boolean,
  beat = usualBeat,
): Promise<FolderLock | LockHolder | undefined> => {
  const identity = await thisProcess();
  for (;;) {
    await makeFolder(attemptsIn(folder));
    const newest = await newestAttempt(folder);
    const holder = await holderBy(folder, newest);
    if (holder !== undefined) return holder;
    if (isDone()) return undefined;
    // Exactly the attempt after the one that was read: if another process made it in between, that one has the lock.
    const attempt = newest + 1;
    if (await created(fileOf(folder, attempt), JSON.stringify(identity)))
      return lockOf(folder, attempt, identity, beat);
  }
};

/** Locks a folder, as `lockUnlessDone` does, for work that is never done. */
export const lockFolder = async (folder: string, beat = usualBeat): Promise<FolderLock | LockHolder> =>
  (await lockUnlessDone(folder, () => false, beat))!;

/** True for a lock, false for its holder. */
export const isLock = (value: FolderLock | LockHolder): value is FolderLock => "release" in value;
