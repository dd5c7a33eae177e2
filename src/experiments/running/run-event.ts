/**
 * What running an experiment reports on the way: which training has begun, its reports, and how it ended. Plain
 * data.
 */
import type { Outcome } from "../../training/recipe/headline.ts";
import type { ProgressReport } from "../../training/recipe/step-report.ts";

/** Names one training of a file: the run that it is for, and the stage, or `undefined` for the run's own training. */
export interface TrainingName {
  readonly run: string;
  readonly stage: string | undefined;
}

/** An event of `retort run`, in order of time. */
export type RunEvent =
  | { readonly kind: "begin"; readonly training: TrainingName; readonly steps: number }
  /** Another process makes the stage; this one waits for it. */
  | { readonly kind: "wait"; readonly training: TrainingName; readonly host: string; readonly pid: number }
  /** A stage's or a run's result was there already. */
  | ({ readonly kind: "reuse"; readonly training: TrainingName; readonly folder: string } & Outcome)
  | { readonly kind: "report"; readonly training: TrainingName; readonly report: ProgressReport }
  /** A training is done and its result is on disk. */
  | ({
      readonly kind: "end";
      readonly training: TrainingName;
      readonly folder: string;
      readonly milliseconds: number;
    } & Outcome);
