/** How a divergence is made from its formula: the shapes are checked once, and the gradient is the stated one. */
import * as tf from "@tensorflow/tfjs";
import { closedForm, type ClosedForm, type Distribution } from "../distribution.ts";
import type { Divergence } from "./divergence.ts";

/** A divergence's value [...] in nats and its gradient [..., V] with respect to the student's logits, from teacher P and student Q. */
export type DivergenceFormula = (teacher: Distribution, student: Distribution) => ClosedForm;

/** J(g) = Q (g - sum_k Q_k g_k): the Jacobian of softmax applied to g [..., V]; `mean` [..., 1] is that sum. */
export const softmaxJacobian = (probabilities: tf.Tensor, g: tf.Tensor, mean: tf.Tensor): tf.Tensor =>
  tf.mul(probabilities, tf.sub(g, mean));

/** A divergence from its formula. Its `between` throws `RangeError` when the teacher's shape is not the student's. */
export const closedFormDivergence = (name: string, formula: DivergenceFormula): Divergence => ({
  name,
  between(teacherLogProbs, studentLogits) {
    if (teacherLogProbs.shape.join() !== studentLogits.shape.join()) {
      throw new RangeError(
        `${name}: expected teacher log-probs of the student's shape [${studentLogits.shape.join(", ")}], got [${teacherLogProbs.shape.join(", ")}]; ` +
          "teacher and student must share one vocabulary and score the same places",
      );
    }
    return closedForm(studentLogits, (student) => formula({ probabilities: tf.exp(teacherLogProbs), logProbs: teacherLogProbs }, student));
  },
});
