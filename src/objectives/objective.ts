/** An objective: what is minimised, as a program from student logits and signals to one scalar. */
import { pluginOf } from "../plugins/plugin.ts";
import type * as tf from "@tensorflow/tfjs";
import type { AdvantageEstimator } from "./advantages/advantage.ts";
import type { Controller } from "./schedules/controller.ts";
import type { Schedule } from "./schedules/schedule.ts";

/**
 * What every objective sees of a batch: the T positions before a completion's tokens, and none of its prompt. Position
 * t of the student's logits predicts `targets[t]`; the shift was made once, in `training/batch/collate.ts`.
 */
export interface TokenBatch {
  /** [B, T] int32. */
  readonly targets: tf.Tensor2D;
  /**
   * [B, T] float32: 1 where the target belongs to the completion, its first end-of-sequence included; 0 for padding.
   */
  readonly completionMask: tf.Tensor2D;
}

/**
 * What else may be known about a batch; an objective names what it reads. Where the mask is 0, every signal holds any
 * finite value.
 */
export interface Signals {
  /** [B, T, V] log-probs in nats at the teacher's temperature. */
  readonly teacherLogProbs: tf.Tensor3D;
  /** [B, T, K] int32: the K tokens that the teacher finds likeliest, in falling order. */
  readonly teacherTopKIds: tf.Tensor3D;
  /** [B, T, K] their log-probs in nats, normalised over the whole vocabulary. */
  readonly teacherTopKLogProbs: tf.Tensor3D;
  /**
   * [B, T, W] log-probs in nats of a teacher with another vocabulary, W tokens wide, at the positions where both
   * tokenizers begin a token.
   */
  readonly foreignTeacherLogProbs: tf.Tensor3D;
  /** [B, T] float32: 1 at those positions. */
  readonly foreignTeacherMask: tf.Tensor2D;
  /**
   * [B, T] log-probs in nats of the targets under the reference policy, the student as the run found it, at the
   * sampling temperature.
   */
  readonly referenceLogProbs: tf.Tensor2D;
  /**
   * [B, T] log-probs in nats of the targets under the distribution that drew them; 0 for sequences that no policy drew.
   */
  readonly behaviorLogProbs: tf.Tensor2D;
  /**
   * [B] float32: 1 for sequences that were drawn while the student took part (alone, or mixed with the teacher), 0 for
   * data and the teacher's own.
   */
  readonly fromStudent: tf.Tensor1D;
  /** [B] reward after scaling and clipping; 0 for sequences that the student did not sample. */
  readonly rewards: tf.Tensor1D;
  /** [B] reward minus baseline, normalised as the estimator says; 0 for sequences that the student did not sample. */
  readonly advantages: tf.Tensor1D;
  /**
   * [B, T] what the value head expects of the rest of the sequence, before the target is known; differentiable in the
   * head alone.
   */
  readonly values: tf.Tensor2D;
  /** Scalar in [0, 1]: 0 at the first step of the run, 1 at the last. */
  readonly progress: tf.Scalar;
  /** Scalar: the controller's number for this step. */
  readonly controlled: tf.Scalar;
}

/** Name of a signal. */
export type Signal = keyof Signals;

/**
 * Whose sequences an objective learns from: what the student sampled, or what was written by others (references, the
 * teacher).
 */
export type LearnsFrom = "student" | "others";

/** What an estimate from drawn tokens takes for granted of them; it is biased where that does not hold. */
export interface DrawnTokens {
  /** They were drawn at this temperature: it is that of the log-probs which the estimate differentiates. */
  readonly temperature: number;
  /**
   * Tokens of older weights, or of a mixture with the teacher, are weighed by their importance; without it, the student
   * alone drew them just now.
   */
  readonly weighted: boolean;
}

/** One term of a sum. */
export interface WeightedTerm<Needs extends Signal = Signal> {
  /** At least 0, at every step. */
  readonly weight: Schedule;
  readonly objective: Objective<Needs>;
}

/** Something to minimise. `Needs` makes a recipe that forgets its teacher or its rewards a type error. */
export interface Objective<Needs extends Signal = never> {
  /** Names the term in metrics: `objective/<name>`. */
  readonly name: string;
  /** The same as the type parameter, at run time. */
  readonly needs: readonly Needs[];
  /** Sequences of any other source it masks out. */
  readonly learnsFrom: readonly LearnsFrom[];
  /**
   * Present when it trains a reward model on pairs: the student is a sequence classifier with one label,
   * `studentLogits` [B, 1, 1] are its scores, and rows 2i and 2i + 1 are the preferred and the rejected completion of
   * one prompt.
   */
  readonly pairs?: true;
  /**
   * Present when the gradient is an estimate whose expectation depends on what drew the tokens; absent for losses of
   * given sequences, and for sums.
   */
  readonly drawn?: DrawnTokens;
  /**
   * How the rewards of a step become its advantages, on the host; present exactly when `advantages` or `rewards` are
   * needed.
   */
  readonly advantages?: AdvantageEstimator<unknown>;
  /** Adapts `controlled` from step to step, on the host; present exactly when it is needed. */
  readonly controller?: Controller<unknown>;
  /** K of the teacher's top-k scores; present exactly when they are needed. */
  readonly topK?: number;
  /** The terms of a sum, of positive weight and none of them a sum; absent when the objective is one term. */
  readonly terms?: readonly WeightedTerm<Needs>[];
  /**
   * `studentLogits` [B, T, V] -> a scalar loss (nats, or nats times reward) and scalar metrics by name. Reads no value.
   *
   * The rows may be a part of a batch (`training.microBatch`): then losses, gradients and metrics of the parts must add
   * up to those of the batch. Averages of `averages` do; any other sum over rows that something is divided by must be
   * taken with `overBatch`. A metric named `weight/...` or `.../max` is not added up: of the parts' numbers the
   * greatest
   * counts, as for a number that no row changes.
   */
  loss(
    studentLogits: tf.Tensor3D,
    batch: TokenBatch & Pick<Signals, Needs>,
  ): { loss: tf.Scalar; metrics: Readonly<Record<string, tf.Scalar>> };
}

/** Fixes the types of an objective in a module of one's own. */
export const defineObjective = pluginOf<void, Objective<Signal>>("objective");
