/** The error of a folder that was removed while a process worked in it. */
import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";

/** The topmost folder on the way to a path that is not there; the path itself when it is back. */
const topmostMissing = (path: string): string => {
  const parent = dirname(resolve(path));
  return existsSync(path) || existsSync(parent) ? path : topmostMissing(parent);
};

/** Thrown where a folder, or a parent of it, was removed: nothing may be written there any more. */
export class VanishedError extends Error {
  override readonly name = "VanishedError";
  /** What was removed: the folder, or the topmost of its parents that is gone. */
  readonly vanished: string;

  /** `cause` is what failed for it. */
  constructor(folder: string, cause?: unknown) {
    const vanished = topmostMissing(folder);
    const lost = vanished === folder ? "its results" : `its results in ${folder}`;
    super(
      `expected ${vanished} to stay while a process works in it, got it removed: the training cannot go on, and ` +
        `${lost} are lost; the same command begins it anew`,
      cause === undefined ? {} : { cause },
    );
    this.vanished = vanished;
  }
}
