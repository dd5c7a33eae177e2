/** The error of a run that another process works on. A file of its own, so that printing it loads nothing else. */
import type { LockHolder } from "./lock.ts";

/** Thrown when another process works on the run. */
export class LockedError extends Error {
  override readonly name = "LockedError";
  /** That process. */
  readonly holder: LockHolder;

  constructor(folder: string, holder: LockHolder) {
    super(`${folder}: process ${holder.pid} on ${holder.host} works on this run; wait for it, or give another --out`);
    this.holder = holder;
  }
}
