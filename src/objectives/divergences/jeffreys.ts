/** The Jeffreys divergence: both KLs at once. */
import * as tf from "@tensorflow/tfjs";
import { define } from "../../plugins/definition.ts";
import type { Divergence } from "./divergence.ts";
import { softmaxJacobian } from "./softmax-jacobian.ts";

/**
 * KL(P || Q) + KL(Q || P) = sum_i (P_i - Q_i) log(P_i / Q_i), symmetric (Jeffreys, 1946): the plain sum and not the
 * mean, so that its gradient is the sum of both. Gradient: Q - P + J(log(Q / P)). Near P = Q it is twice a KL.
 */
export const jeffreys: Divergence = {
  name: "jeffreys",
  formula(teacher, student) {
    const logRatio = tf.sub(student.logProbs, teacher.logProbs);
    const difference = tf.sub(student.probabilities, teacher.probabilities);
    const reverse = tf.sum(tf.mul(student.probabilities, logRatio), -1, true);
    return {
      value: tf.sum(tf.mul(difference, logRatio), -1),
      gradient: tf.add(difference, softmaxJacobian(student.probabilities, logRatio, reverse)),
    };
  },
};

/** `{ "type": "jeffreys" }` */
export const definition = define({
  type: "jeffreys",
  summary: "KL(teacher || student) + KL(student || teacher): the plain sum of forward and reverse KL.",
  parameters: {},
  create: (): Divergence => jeffreys,
});
