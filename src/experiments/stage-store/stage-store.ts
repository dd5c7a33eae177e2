/**
 * Results of stages, kept by the hash of everything that made them, and shared by every run that starts from the same
 * stage.
 */
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from "node:fs";
import { basename, join } from "node:path";

/**
 * The files that a stored stage has at least, `manifest.json` last: a policy as HuggingFace lays it out, and where it
 * came from.
 */
export const stageFiles = ["config.json", "tokenizer.json", "model.safetensors", "manifest.json"] as const;

const synced = (path: string): void => {
  const file = openSync(path, "r");
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
};

const complete = (folder: string): boolean =>
  stageFiles.every((name) => (statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0) > 0);

/** A folder of stored stages. Several processes may use it at once: a stored stage appears whole or not at all. */
export interface StageStore {
  /** The folder where the stored stage of this id is, or would be. */
  folder(id: string): string;
  /** True when the stored stage of this id is there with all of its files. */
  has(id: string): boolean;
  /**
   * Marks the stored stage as used now: the modification time of its folder is set. Where that may not be written
   * nothing happens.
   */
  touch(id: string): void;
  /**
   * Gives `write` an empty folder and, when it is done, makes that folder the stored stage by one rename; when `write`
   * throws nothing is left. A stored stage that another process finished in between is kept. `RangeError` when one of
   * `stageFiles` was not written.
   */
  commit(id: string, write: (folder: string) => Promise<void>): Promise<string>;
}

const isHash = (id: string): boolean => /^[0-9a-f]{64}$/u.test(id);

/**
 * The part of an id in the name of a folder: 64 bits tell any number of stages apart, and leave room for the rest of
 * a line.
 */
const shortId = (id: string): string => id.slice(0, 16);

/** True when a folder has the name that the stored stage of this id has. */
export const isStageFolder = (folder: string, id: string): boolean => isHash(id) && basename(folder) === shortId(id);

/**
 * Stored stages under a root, by default `.retort/stages` of the working folder. `RangeError` for an id that is not a
 * sha256 hash.
 */
export const stageStoreIn = (root: string = join(".retort", "stages")): StageStore => {
  const folder = (id: string): string => {
    if (!isHash(id)) throw new RangeError(`stageStore: expected a sha256 hash of 64 hexadecimal digits, got "${id}"`);
    return join(root, shortId(id));
  };
  const has = (id: string): boolean => complete(folder(id));
  return {
    folder,
    has,
    touch(id) {
      const now = new Date();
      try {
        utimesSync(folder(id), now, now);
      } catch {
        // A folder that this process may only read is not pruned by it, either.
      }
    },
    async commit(id, write) {
      const target = folder(id);
      mkdirSync(root, { recursive: true });
      const draft = mkdtempSync(join(root, ".draft-"));
      try {
        await write(draft);
        const absent = stageFiles.filter((name) => !existsSync(join(draft, name)));
        if (absent.length > 0 || !complete(draft)) {
          throw new RangeError(
            `stageStore: expected ${stageFiles.join(", ")}, each with content, got ${readdirSync(draft).join(", ")}`,
          );
        }
        for (const name of readdirSync(draft)) synced(join(draft, name));
        // An incomplete folder is unused and is replaced; a complete one was finished by another process, and is kept.
        if (!complete(target)) rmSync(target, { recursive: true, force: true });
        if (!existsSync(target)) renameSync(draft, target);
        synced(root);
        return target;
      } finally {
        rmSync(draft, { recursive: true, force: true });
      }
    },
  };
};
