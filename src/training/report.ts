/** What a training run says while it goes on. Plain data, in order of steps. */

/** One optimizer step is done. */
export interface StepDone {
  readonly kind: "step";
  /** Steps done, from 1. */
  readonly step: number;
  /** Steps of the whole run. */
  readonly steps: number;
  /** Means over the step's batch, by name: `loss`, `reward`, `divergence/forward-kl` ... */
  readonly metrics: Readonly<Record<string, number>>;
  /** Completion tokens in the step's batch. */
  readonly tokens: number;
  /** Wall-clock time of the step. */
  readonly milliseconds: number;
}

/** The student was examined on test prompts. */
export interface Evaluated {
  readonly kind: "evaluation";
  /** Steps done before; 0 for the student as it came. */
  readonly step: number;
  /** Share of right answers in [0, 1]. */
  readonly accuracy: number;
  readonly metrics: Readonly<Record<string, number>>;
}

/** A checkpoint is complete on disk. */
export interface CheckpointWritten {
  readonly kind: "checkpoint";
  readonly step: number;
  readonly path: string;
}

/** An event of a training run. */
export type StepReport = StepDone | Evaluated | CheckpointWritten;
