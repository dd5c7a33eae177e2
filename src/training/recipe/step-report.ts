/** What a training run reports while it runs. Plain data, in order of steps. */
import type { Weights } from "../../policies/policy.ts";
import type { Failure } from "../../rollouts/scoring/scorer.ts";
import type { Span } from "../../rollouts/scoring/timeline.ts";

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
  /** Wall-clock time in ms of waiting for the step's sequences and their scores, and of learning from them. */
  readonly times: { readonly rollouts: number; readonly update: number };
}

/** The student was evaluated on test prompts. */
export interface Evaluated {
  readonly kind: "evaluation";
  /** Steps done before; 0 for the student as it came. */
  readonly step: number;
  /**
   * By name. `accuracy` is the share of right answers in [0, 1]; absent when the task's prompts have no references.
   * `evaluation/reward` is the mean weighted sum of the rewards; absent when there are none, or they are not measured.
   */
  readonly metrics: Readonly<Record<string, number>>;
}

/** A checkpoint is complete on disk. */
export interface CheckpointWritten {
  readonly kind: "checkpoint";
  readonly step: number;
  readonly path: string;
}

/**
 * A token that may come in a place, and its log-prob there in nats: its text inside of a text; of a part of a character
 * or a special token, which have none, how the vocabulary writes it.
 */
export type LikelyToken = readonly [text: string, logProb: number];

/**
 * One sequence of a step as it is logged. What it says of each token is there in steps that were inspected, when the
 * teacher's distributions over the student's vocabulary are known: all of it or nothing. These numbers are in nats,
 * rounded to four decimals, under the student that is about to learn.
 */
export interface LoggedRollout {
  readonly prompt: string;
  /** The task's own answer. */
  readonly reference: string;
  readonly completion: string;
  /** Who wrote the completion: the student, the teacher alone, or the data's author. */
  readonly source: "student" | "teacher" | "data";
  /** What drew the student's tokens, when that was not the student alone. */
  readonly behavior?: string;
  readonly finish: "stop" | "length";
  /** Tokens of the completion. */
  readonly tokens: number;
  /** The student's steps done when it was drawn; one that was drawn ahead, or is replayed, is older than its step. */
  readonly version: number;
  /** The sum of rewards, and each reward without its weight, when there are rewards. */
  readonly reward?: number;
  readonly parts?: Readonly<Record<string, number>>;
  readonly advantage?: number;
  /** The text that each token adds to those before it. */
  readonly pieces?: readonly string[];
  /** KL(teacher || student) where each token was drawn. */
  readonly divergences?: readonly number[];
  /** The student's log-prob of each token, at temperature 1. */
  readonly logProbs?: readonly number[];
  /** The teacher's, at its own temperature; null for a token outside of its top-k scores. */
  readonly teacherLogProbs?: readonly (number | null)[];
  /**
   * In the place of each token the five that the student finds likeliest, at temperature 1, the likeliest first; of
   * equally likely ones the lower id. As many as there are in a smaller vocabulary.
   */
  readonly top?: readonly (readonly LikelyToken[])[];
  /** The teacher's, at its own temperature. As many as there are in fewer top-k scores. */
  readonly teacherTop?: readonly (readonly LikelyToken[])[];
  /** What went wrong while it was scored, by the scorer's name. */
  readonly failures?: Readonly<Record<string, Failure>>;
  /** True when nothing was learned from it, because it or another of its group got no answer. */
  readonly dropped?: true;
}

/** A step's sequences, in order of prompt and sample. */
export interface RolloutsScored {
  readonly kind: "rollouts";
  /** The step that learns from them, from 1. */
  readonly step: number;
  readonly rollouts: readonly LoggedRollout[];
}

/** When each part of a step ran, its evaluation included. */
export interface StepTimed {
  readonly kind: "timeline";
  /** Steps done. */
  readonly step: number;
  readonly spans: readonly Span[];
}

/** Something may be wrong; the run continues. */
export interface Warned {
  readonly kind: "warning";
  /** Steps done. */
  readonly step: number;
  /** The check that says so: its key in `training.checks`. */
  readonly check: string;
  /** What was seen, since when, and what to do. */
  readonly message: string;
}

/** The run has ended; no event follows. */
export interface Finished {
  readonly kind: "finished";
  readonly step: number;
  /** The trained student, by parameter name; adapters are merged into it. */
  readonly weights: Weights;
  /** Steps done before the best of the evaluations; nothing when none had a number to compare. */
  readonly best: number | undefined;
  /** The adapters themselves, when they are what was trained. */
  readonly adapters?: Weights;
}

/** The run resumes from a checkpoint instead of beginning. */
export interface Resumed {
  readonly kind: "resumed";
  /** Steps that were done before. */
  readonly step: number;
  readonly path: string;
}

/** A checkpoint that cannot be read is passed over for the one before it. */
export interface CheckpointDamaged {
  readonly kind: "damaged";
  /** Which, and why. */
  readonly message: string;
}

/** The run stops here for now, with a checkpoint; no event follows. */
export interface Paused {
  readonly kind: "paused";
  /** Steps done. */
  readonly step: number;
}

/** An event of a training run. */
export type StepReport =
  | StepDone
  | Warned
  | Evaluated
  | RolloutsScored
  | StepTimed
  | CheckpointDamaged
  | Resumed
  | CheckpointWritten
  | Paused
  | Finished;

/** The events that are small: what a person or a log follows. */
export type ProgressReport = Exclude<StepReport, RolloutsScored | StepTimed | Finished>;
