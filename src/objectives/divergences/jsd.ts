/** The generalized Jensen-Shannon divergence JSD(beta): bounded, and between forward and reverse KL in its gradient. */
import { Type } from "@sinclair/typebox";
import * as tf from "@tensorflow/tfjs";
import { define } from "../../plugins/definition.ts";
import type { Divergence } from "./divergence.ts";
import { logMixture } from "./log-mixture.ts";
import { factorOf, scaleSchema, suffixOf, type Scale } from "./scale.ts";
import { softmaxJacobian } from "./softmax-jacobian.ts";

/**
 * beta KL(P || M) + (1 - beta) KL(Q || M) with M = beta P + (1 - beta) Q, P the teacher and Q the student (equation 1
 * of GKD, Agarwal et al., 2024, arXiv 2306.13649). Gradient: (1 - beta) J(log(Q / M)). Bounded by log 2. Near P = Q it
 * is beta (1 - beta) KL, which the normalized scale divides by; so scaled it tends to forward KL as beta tends to 0 and
 * to reverse KL as it tends to 1, while in the paper's scale the gradient is 5 to 24% of a KL's. It is beta
 * SkewKL(beta) + (1 - beta) SkewReverseKL(1 - beta). Normalized, float32 leaves an error of about 1e-7 / min(beta, 1 -
 * beta) in the value. `RangeError` when beta is not inside (0, 1).
 */
export const jsd = (beta: number, scale: Scale = "paper"): Divergence => {
  if (!(beta > 0 && beta < 1)) {
    const meant =
      beta === 0
        ? 'JSD(0) is zero everywhere; its limit JSD(beta) / beta is forward KL: use "forward-kl"'
        : beta === 1
          ? 'JSD(1) is zero everywhere; its limit JSD(beta) / (1 - beta) is reverse KL: use "reverse-kl"'
          : 'near 0 it pulls like "forward-kl", near 1 like "reverse-kl"';
    throw new RangeError(`jsd: expected beta inside (0, 1), got ${beta}; ${meant}`);
  }
  const size = factorOf(scale, beta * (1 - beta));
  return {
    name: `jsd-${beta}${suffixOf(scale)}`,
    formula(teacher, student) {
      const logM = logMixture(beta, teacher.logProbs, student.logProbs);
      const studentRatio = tf.sub(student.logProbs, logM);
      const teacherKl = tf.sum(tf.mul(teacher.probabilities, tf.sub(teacher.logProbs, logM)), -1);
      const studentKl = tf.sum(tf.mul(student.probabilities, studentRatio), -1);
      return {
        value: tf.add(tf.mul(teacherKl, size * beta), tf.mul(studentKl, size * (1 - beta))),
        gradient: tf.mul(
          softmaxJacobian(student.probabilities, studentRatio, tf.expandDims(studentKl, -1)),
          size * (1 - beta),
        ),
      };
    },
  };
};

/** `{ "type": "jsd", "beta": 0.5 }` */
export const definition = define({
  type: "jsd",
  summary:
    "Generalized Jensen-Shannon divergence: beta KL(teacher || M) + (1 - beta) KL(student || M), M = beta " +
    "teacher + (1 - beta) student.",
  parameters: {
    beta: Type.Number({
      minimum: 0,
      maximum: 1,
      description:
        "Share of the teacher in the mixture, inside (0, 1): near 0 the gradient points like forward KL's, " +
        "near 1 like reverse KL's.",
    }),
    scale: scaleSchema("beta (1 - beta)"),
  },
  create: ({ beta, scale }): Divergence => jsd(beta, scale),
});
