/** What an exporter is: it writes runs where another program reads them. */
import { basename } from "node:path";
import type { FoundRun } from "../../runs/reading/read-runs.ts";

/** What to export, and where to. */
export interface ExportJob {
  /** One or more. */
  readonly runs: readonly FoundRun[];
  /** A folder, or an address. */
  readonly target: string;
  /** When it aborts nothing more is sent, and nothing stays that is half of a file or of a run. */
  readonly signal: AbortSignal;
  /** Called when all of a run is where it belongs. */
  readonly exported: (run: FoundRun) => void;
}

/** Writes runs in one format. */
export interface Exporter {
  /** As `--to` has it. */
  readonly type: string;
  readonly description: string;
  /** The target when none is named; nothing where one must be. */
  readonly target: string | undefined;
  /**
   * Writes parameters, last metrics and metrics of every step of the job's runs. What was exported before is replaced,
   * never doubled. Rejects with the signal's reason, or with what went wrong.
   */
  readonly send: (job: ExportJob) => Promise<void>;
}

/**
 * Refuses runs that would come to be one where runs are named by their experiment file and their folder: `RangeError`
 * with both.
 */
export const requireDifferentNames = (runs: readonly FoundRun[]): void => {
  const known = new Map<string, FoundRun>();
  for (const run of runs) {
    const name = `${basename(run.parent)}/${basename(run.folder)}`;
    const other = known.get(name);
    if (other !== undefined)
      throw new RangeError(
        `export: expected runs of different names, got "${name}" twice (${other.folder}, ${run.folder}); export the ` +
          "folders of one root at a time",
      );
    known.set(name, run);
  }
};
