/** Total variation: half of the probability mass that teacher and student assign differently. */
import * as tf from "@tensorflow/tfjs";
import { define } from "../../plugins/definition.ts";
import type { Divergence } from "./divergence.ts";
import { softmaxJacobian } from "./softmax-jacobian.ts";

/**
 * (1/2) sum_i |P_i - Q_i|, symmetric and in [0, 1]: a probability, no nats (f-distill, Wen et al., 2023, arXiv
 * 2307.15190). Gradient: J((1/2) sign(Q - P)). It has a kink wherever P_i = Q_i, and the sign of 0 is 0 there: unlike
 * that of a KL, the gradient does not shrink as Q nears P, so at P = Q rounding decides which of the subgradients comes
 * out; none is larger than Q_i in token i. At most sqrt(KL / 2) for either KL (Pinsker).
 */
export const totalVariation: Divergence = {
  name: "total-variation",
  formula(teacher, student) {
    const difference = tf.sub(student.probabilities, teacher.probabilities);
    const halfSign = tf.mul(tf.sign(difference), 0.5);
    return {
      value: tf.mul(tf.sum(tf.abs(difference), -1), 0.5),
      gradient: softmaxJacobian(
        student.probabilities,
        halfSign,
        tf.sum(tf.mul(student.probabilities, halfSign), -1, true),
      ),
    };
  },
};

/** `{ "type": "total-variation" }` */
export const definition = define({
  type: "total-variation",
  summary: "Half of the sum of |teacher - student|: bounded by 1, and no token's ratio of probabilities weighs in.",
  parameters: {},
  create: (): Divergence => totalVariation,
});
