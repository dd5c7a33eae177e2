/** A behavior: which distribution draws each token while the student writes. */
import type * as tf from "@tensorflow/tfjs";

/**
 * Log-probs [B, V] of the student and of the teacher after the same tokens, in nats, each at its own temperature ->
 * those that draw the next one.
 */
export type Mixture = (student: tf.Tensor2D, teacher: tf.Tensor2D) => tf.Tensor2D;

/** How completions of the student come about. The log-probs that it draws from are the rollout's behavior log-probs. */
export interface Behavior {
  readonly name: string;
  /**
   * A program without side effects, normalised over V and finite; absent where the student writes alone and no teacher
   * is read.
   */
  readonly mixture?: Mixture;
}
