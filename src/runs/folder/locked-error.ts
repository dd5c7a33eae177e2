/** The error of a run that somebody else works on. By itself, so that who only prints it loads nothing else. */
import type { Holder } from "./lock.ts";

/** Thrown when another process works on the run. */
export class HeldError extends Error {
  override readonly name = "HeldError";
  /** Which one. */
  readonly holder: Holder;

  constructor(folder: string, holder: Holder) {
    super(`${folder}: process ${holder.pid} on ${holder.host} works on this run; wait for it, or give another --out`);
    this.holder = holder;
  }
}
