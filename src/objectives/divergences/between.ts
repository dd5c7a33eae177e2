/** A divergence over the whole vocabulary, position by position. */
import * as tf from "@tensorflow/tfjs";
import { inChunks } from "../arithmetic/chunks.ts";
import { distribution, withGradient } from "../arithmetic/distribution.ts";
import type { Divergence } from "./divergence.ts";

/** How a divergence is computed; its result does not depend on it. */
export interface DivergenceOptions {
  /** Positions that are computed together; by the size of the batch when left out. */
  readonly chunk?: number;
}

/**
 * D(teacher || student): `teacherLogProbs` [..., V] in nats (no gradient) and `studentLogits` [..., V] (any shift) ->
 * nats [...]. Its gradient with respect to the logits is the closed form that the divergence states. Beside these three
 * tensors nothing is kept of [..., V]: a large batch is computed in chunks. `RangeError` when the teacher's shape is
 * not the student's.
 */
export const between = (
  divergence: Divergence,
  teacherLogProbs: tf.Tensor,
  studentLogits: tf.Tensor,
  { chunk }: DivergenceOptions = {},
): tf.Tensor => {
  if (teacherLogProbs.shape.join() !== studentLogits.shape.join()) {
    throw new RangeError(
      `${divergence.name}: expected teacher log-probs of the student's shape ` +
        `[${studentLogits.shape.join(", ")}], got [${teacherLogProbs.shape.join(", ")}]; ` +
        "teacher and student must share one vocabulary and score the same positions",
    );
  }
  const formula = (logProbs: tf.Tensor, logits: tf.Tensor) =>
    divergence.formula({ probabilities: tf.exp(logProbs), logProbs }, distribution(logits));
  return withGradient(studentLogits, (logits) => inChunks([teacherLogProbs, logits], formula, chunk));
};
