/** An objective: what is minimised, as a program from student logits and signals to one scalar. */
import type * as tf from "@tensorflow/tfjs";
import type { Baseline } from "./baselines/baseline.ts";

/** What every objective sees of a batch. Place t of the student's logits predicts `targets[t]`; the shift was made once, in `training/collate.ts`. */
export interface TokenBatch {
  /** [B, T] int32. */
  readonly targets: tf.Tensor2D;
  /** [B, T] float32: 1 where the target belongs to the completion, its first end-of-sequence included; 0 for prompt and padding. */
  readonly completionMask: tf.Tensor2D;
}

/** What else may be known about a batch; an objective names what it reads. */
export interface Signals {
  /** [B, T, V] log-probs in nats at the teacher's temperature; any finite value where the mask is 0. */
  readonly teacherLogProbs: tf.Tensor3D;
  /** [B]: reward minus baseline; 0 for sequences that the student did not sample. */
  readonly advantages: tf.Tensor1D;
}

/** Something to minimise. `Needs` makes a recipe that forgets its teacher or its rewards a type error. */
export interface Objective<Needs extends keyof Signals = never> {
  /** Names the term in metrics: `objective/<name>`. */
  readonly name: string;
  /** The same as the type parameter, at run time. */
  readonly needs: readonly Needs[];
  /** How the rewards of a step become its advantages, on the host; present exactly when `advantages` are needed. */
  readonly baseline?: Baseline<unknown>;
  /** `studentLogits` [B, T, V] -> a scalar loss (nats, or nats times reward) and scalar metrics by name. Reads no value. */
  loss(
    studentLogits: tf.Tensor3D,
    batch: TokenBatch & Pick<Signals, Needs>,
  ): { loss: tf.Scalar; metrics: Readonly<Record<string, tf.Scalar>> };
}
