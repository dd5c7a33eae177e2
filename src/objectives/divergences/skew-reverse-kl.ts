/** Skew reverse KL, KL(student || mixture of student and teacher): a reverse KL that is bounded. */
import * as tf from "@tensorflow/tfjs";
import { define } from "../../plugins/definition.ts";
import type { Divergence } from "./divergence.ts";
import { logMixture } from "./log-mixture.ts";
import { factorOf, suffixOf, type Scale } from "./scale.ts";
import { checkSkew, skewParameters } from "./skew.ts";
import { softmaxJacobian } from "./softmax-jacobian.ts";

/**
 * KL(Q || M) with M = (1 - alpha) P + alpha Q (DistiLLM, Ko et al., 2024, arXiv 2402.03898; alpha = 0.1 there).
 * Gradient: J(log(Q / M) - alpha Q / M); the second term is the mixture's own dependence on Q. At alpha = 0, M is P:
 * reverse KL. Never above -log(alpha). Near P = Q it is (1 - alpha)^2 KL, which the normalized scale divides by. (1 -
 * beta) times this at alpha = 1 - beta is the student's half of JSD(beta). `RangeError` when alpha is not in [0, 1), or
 * above 0.99 when normalized.
 */
export const skewReverseKl = (alpha: number, scale: Scale = "paper"): Divergence => {
  checkSkew("skew-reverse-kl", alpha, scale);
  const size = factorOf(scale, (1 - alpha) ** 2);
  return {
    name: `skew-reverse-kl-${alpha}${suffixOf(scale)}`,
    formula(teacher, student) {
      const logRatio = tf.sub(student.logProbs, logMixture(alpha, student.logProbs, teacher.logProbs));
      // At 0 the second term is gone; the logarithm of 0 is infinite, which not every engine's arithmetic holds.
      const slope = alpha === 0 ? logRatio : tf.sub(logRatio, tf.exp(tf.add(logRatio, Math.log(alpha))));
      const mean = tf.sum(tf.mul(student.probabilities, slope), -1, true);
      return {
        value: tf.mul(tf.sum(tf.mul(student.probabilities, logRatio), -1), size),
        gradient: tf.mul(softmaxJacobian(student.probabilities, slope, mean), size),
      };
    },
  };
};

/** `{ "type": "skew-reverse-kl", "alpha": 0.1 }` */
export const definition = define({
  type: "skew-reverse-kl",
  summary: "KL(student || M), M = (1 - alpha) teacher + alpha student: reverse KL, but at most -log(alpha) (DistiLLM).",
  parameters: skewParameters("student"),
  create: ({ alpha, scale }): Divergence => skewReverseKl(alpha, scale),
});
