/** A self-check of a run: reads the numbers of each step, on the host, and finds what cannot or should not be. */
import type { Row } from "../batch/row.ts";
import type { LoggedRollout } from "../recipe/step-report.ts";

/** What is known of a step when it is done. */
export interface StepFacts {
  /** From 1. */
  readonly step: number;
  /** Of the step, by name. */
  readonly metrics: Readonly<Record<string, number>>;
  /** The step's sequences. */
  readonly rows: readonly Row[];
  /** The same as they are logged, in the same order. */
  readonly logged: readonly LoggedRollout[];
  /**
   * [B, C] log-probs in nats of the targets under the weights before the step, at the sampling temperature, or at 1
   * where more than a temperature shapes what is drawn; present in inspections.
   */
  readonly logProbs?: Float32Array;
}

/** What a check found in a step. */
export interface Finding {
  /** How many values, or 1 for the step as a whole. */
  readonly count: number;
  /** What was seen, as a sentence without its end. */
  readonly seen: string;
}

/** One check. Pure: what it remembers is kept by `watch`. */
export interface Check {
  /** Its key in `training.checks`; its count is the metric `checks/<name>`. */
  readonly name: string;
  /** Steps in a row with a finding that stop the run; `Infinity` for a check that only warns, at the first of them. */
  readonly patience: number;
  /** What to do about it, as a sentence without its end. */
  readonly remedy: string;
  inspect(facts: StepFacts): Finding | undefined;
}
