/** A divergence between two next-token distributions, place by place. */
import type * as tf from "@tensorflow/tfjs";

/** A distance of the student Q from the teacher P over the whole vocabulary; its direction is always in its name. */
export interface Divergence {
  /** Names the divergence in metrics: `divergence/<name>`. */
  readonly name: string;
  /**
   * `teacherLogProbs` [..., V] in nats (no gradient) and `studentLogits` [..., V] (any shift) -> nats [...].
   * Logits and not log-probs, so that each divergence owns its closed-form gradient with respect to them.
   */
  between(teacherLogProbs: tf.Tensor, studentLogits: tf.Tensor): tf.Tensor;
}
