/** A whole sweep from its file: what `retort sweep` does, without a terminal. */
import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { HubOptions } from "../../policies/checkpoints/hub/hub.ts";
import type { Executor } from "../executors/executor.ts";
import { local } from "../executors/local.ts";
import type { DriveOptions, TrialState } from "./drive.ts";
import { driveSweep } from "./drive-rungs.ts";
import { freeze, sweepFolder, writeFrozen } from "../planning/frozen.ts";
import { prepareSweep } from "../planning/prepare-sweep.ts";

/** How a sweep is run. */
export interface SweepOptions {
  /** Values to set, such as `/training/steps=100`. */
  readonly overrides?: readonly string[];
  /** Root of the runs' folders. */
  readonly out: string;
  /** Root of what stages leave and of unfinished work; `.retort` when left out. */
  readonly cache?: string;
  /** Who runs the trials; one process of this machine after another when left out. */
  readonly executor?: Executor;
  /** Threads of each part of a trial; 1 when left out. */
  readonly threads?: number;
  /** How many times a trial that failed is tried again; 1 when left out. */
  readonly retries?: number;
  /** When it aborts, trials keep their last whole step and stop; the same call resumes from there. */
  readonly signal?: AbortSignal;
  /**
   * Called with all trials, in their order, again and again; `changed` are those whose status is another than before.
   */
  readonly show?: DriveOptions["show"];
  /** Told what a person should know, such as that a process of a trial ended. */
  readonly note?: DriveOptions["note"];
  /** Trials start although the machine has less memory than they are estimated to take. */
  readonly overMemory?: true;
  /** How models of the Hub are found. */
  readonly hub?: HubOptions;
}

/** What starts this package's command in another process: the file that `package.json` names. */
const retortCommand = (): readonly string[] => {
  const manifest = fileURLToPath(new URL("../../../package.json", import.meta.url));
  const { bin } = JSON.parse(readFileSync(manifest, "utf8")) as { readonly bin: { readonly retort: string } };
  return [process.execPath, join(dirname(manifest), bin.retort)];
};

/**
 * Runs the trials of a file's sweep that are not done, each in a process of its own, and gives the progress of all of
 * them then: also of those that failed. Interrupted ones resume. `ExperimentError` with every problem of the file.
 */
export const runSweep = async (file: string, options: SweepOptions): Promise<readonly TrialState[]> => {
  const { out, cache = ".retort", executor = local(1), threads = 1, retries = 1, hub } = options;
  const { signal = new AbortController().signal, show = () => undefined, note = () => undefined } = options;
  const prepared = await prepareSweep(file, options.overrides, hub);
  const sweep = freeze(prepared, cache, options.overMemory);
  const folder = resolve(sweepFolder(out, file));
  await writeFrozen(folder, sweep);
  const driving = { executor, threads, retries, command: retortCommand(), signal, show, note };
  return driveSweep({ folder, sweep }, prepared.halving, driving);
};
