/** Reverse KL, KL(student || teacher): says only what the teacher might say. */
import { Type } from "@sinclair/typebox";
import * as tf from "@tensorflow/tfjs";
import { define } from "../../plugins/definition.ts";
import { closedFormDivergence, softmaxJacobian } from "./closed-form-divergence.ts";
import type { Divergence } from "./divergence.ts";

/** sum_i Q_i log(Q_i / P_i). Gradient: Q (log(Q / P) - KL(Q || P)). */
export const reverseKl: Divergence = closedFormDivergence("reverse-kl", (teacher, student) => {
  const logRatio = tf.sub(student.logProbs, teacher.logProbs);
  const value = tf.sum(tf.mul(student.probabilities, logRatio), -1);
  return { value, gradient: softmaxJacobian(student.probabilities, logRatio, tf.expandDims(value, -1)) };
});

/** `{ "type": "reverse-kl" }` */
export const definition = define({
  type: "reverse-kl",
  summary: "KL(student || teacher): the student says only what the teacher might say.",
  parameters: Type.Object({}, { additionalProperties: false }),
  create: (): Divergence => reverseKl,
});
