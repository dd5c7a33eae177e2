/** What an exporter is: it writes runs where another program reads them. */
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
