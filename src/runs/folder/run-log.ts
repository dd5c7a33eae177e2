/**
 * `log.jsonl` of a run: what happened when, for people and machines that look for the reason of something. A line each,
 * of pino.
 */
import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import { visible } from "../../files/visible.ts";
import { destination, pino, stdTimeFunctions } from "pino";
import type { ProgressReport, RolloutsScored } from "../../training/recipe/step-report.ts";

/**
 * An open log. Every method has written when it returns; what cannot be written, as on a full disk, is left out, for a
 * log is no reason for a run to fail.
 */
export interface RunLog {
  /** The run begins, or resumes. */
  begun(attempt: number): void;
  /** Writes down what is no step and no evaluation: resumed, checkpoint, warning, damaged, paused. */
  report(report: ProgressReport): void;
  /** Writes a line for each scorer that failed in a step. */
  rollouts(scored: RolloutsScored): void;
  /** The run ends; an error is written with its stack. */
  ended(status: string, error?: Error): void;
  close(): void;
}

/** Rollouts of a step that a scorer failed on, and its last error. */
const failuresOf = ({
  rollouts,
}: RolloutsScored): ReadonlyMap<string, { readonly failed: number; readonly error: string }> => {
  const failures = new Map<string, { failed: number; error: string }>();
  for (const { failures: own = {} } of rollouts) {
    for (const [scorer, { error }] of Object.entries(own))
      failures.set(scorer, { failed: (failures.get(scorer)?.failed ?? 0) + 1, error });
  }
  return failures;
};

/** Opens the log in a folder, or makes it. */
export const openRunLog = (folder: string): RunLog => {
  const file = openSync(join(folder, "log.jsonl"), "a");
  const target = destination({ dest: file, sync: true });
  target.on("error", () => undefined);
  const formatters = { level: (level: string) => ({ level }) };
  // People read logs on a terminal, and errors quote what strangers wrote.
  const sink = { write: (line: string) => void target.write(visible(line)) };
  const logger = pino({ timestamp: stdTimeFunctions.isoTime, formatters }, sink);
  return {
    begun: (attempt) => logger.info({ attempt }, attempt === 1 ? "begun" : "continues"),
    report(report) {
      const { kind, ...facts } = report;
      if (kind === "step" || kind === "evaluation") return;
      if (kind === "warning" || kind === "damaged") logger.warn(facts, report.message);
      else logger.info(facts, kind);
    },
    rollouts(scored) {
      for (const [scorer, { failed, error }] of failuresOf(scored)) {
        logger.warn({ step: scored.step, scorer, failed, of: scored.rollouts.length, error }, "a scorer failed");
      }
    },
    ended(status, error) {
      if (error === undefined) logger.info(status);
      else logger.error({ err: error }, status);
    },
    close() {
      target.flushSync();
      closeSync(file);
    },
  };
};
