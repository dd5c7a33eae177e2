/** The error of a run that somebody else works on. By itself, so that who only prints it loads nothing else. */
import type { LockHolder } from "./lock.ts";

/** Thrown when another process works on the run. */
export class LockedError extends Error {
  override readonly name = "HeldError";
  /** Which one. */
  readonly holder: LockHolder;

  constructor(folder: string, holder: LockHolder) {
    super(`${folder}: process ${holder.pid} on ${holder.host} works on this run; wait for it, or give another --out`);
    this.holder = holder;
  }
}
