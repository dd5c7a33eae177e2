/** How far the student is from its teacher at every token, whatever the objective makes of it. */
import type * as tf from "@tensorflow/tfjs";
import { between } from "../../objectives/divergences/between.ts";
import { forwardKl } from "../../objectives/divergences/forward-kl.ts";
import { betweenTopK } from "../../objectives/divergences/top-k.ts";
import type { Signals } from "../../objectives/objective.ts";

/**
 * KL(teacher || student) at every position, in nats: student logits [B, T, V], at temperature 1, and the teacher's
 * scores -> [B, T]. One measure for all objectives, so that what is shown of two runs can be compared. Of top-k scores
 * it is that of the merged distributions, a lower bound. Undefined where the batch has no distributions of a teacher
 * over the student's own vocabulary.
 */
export const tokenDivergences = (logits: tf.Tensor3D, signals: Partial<Signals>): tf.Tensor | undefined => {
  const { teacherLogProbs, teacherTopKIds, teacherTopKLogProbs } = signals;
  if (teacherLogProbs !== undefined) return between(forwardKl, teacherLogProbs, logits);
  if (teacherTopKIds === undefined || teacherTopKLogProbs === undefined) return undefined;
  return betweenTopK(forwardKl, teacherTopKIds, teacherTopKLogProbs, logits);
};
