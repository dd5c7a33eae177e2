/** Reverse KL, KL(student || teacher): says only what the teacher might say. */
import * as tf from "@tensorflow/tfjs";
import { define } from "../../plugins/definition.ts";
import type { Divergence } from "./divergence.ts";
import { softmaxJacobian } from "./softmax-jacobian.ts";

/** sum_i Q_i log(Q_i / P_i). Gradient: Q (log(Q / P) - KL(Q || P)). */
export const reverseKl: Divergence = {
  name: "reverse-kl",
  formula(teacher, student) {
    const logRatio = tf.sub(student.logProbs, teacher.logProbs);
    const value = tf.sum(tf.mul(student.probabilities, logRatio), -1);
    return { value, gradient: softmaxJacobian(student.probabilities, logRatio, tf.expandDims(value, -1)) };
  },
};

/** `{ "type": "reverse-kl" }` */
export const definition = define({
  type: "reverse-kl",
  summary: "KL(student || teacher): the student says only what the teacher might say.",
  parameters: {},
  create: (): Divergence => reverseKl,
});
