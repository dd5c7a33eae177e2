/** Skew KL, KL(teacher || mixture of teacher and student): a forward KL that is bounded. */
import * as tf from "@tensorflow/tfjs";
import { define } from "../../plugins/definition.ts";
import type { Divergence } from "./divergence.ts";
import { logMixture } from "./log-mixture.ts";
import { factorOf, suffixOf, type Scale } from "./scale.ts";
import { checkSkew, skewParameters } from "./skew.ts";

/**
 * KL(P || M) with M = alpha P + (1 - alpha) Q (DistiLLM, Ko et al., 2024, arXiv 2402.03898; alpha = 0.1 there).
 * Gradient: (1 - alpha) (Q sum_k R_k - R) with R = P Q / M, at most (1 - alpha) / alpha Q in size: a token that the
 * student hardly ever says pulls hardly, where forward KL pulls it by P. At alpha = 0, M is Q and R is P: forward KL.
 * Never above -log(alpha). Near P = Q it is (1 - alpha)^2 KL, which the normalized scale divides by; so scaled it runs
 * from forward KL at 0 to (1/2) sum_i (P_i - Q_i)^2 / P_i at 1. beta times this at alpha = beta is the teacher's half
 * of JSD(beta). `RangeError` when alpha is not in [0, 1), or above 0.99 when normalized.
 */
export const skewKl = (alpha: number, scale: Scale = "paper"): Divergence => {
  checkSkew("skew-kl", alpha, scale);
  const size = factorOf(scale, (1 - alpha) ** 2);
  return {
    name: `skew-forward-kl-${alpha}${suffixOf(scale)}`,
    formula(teacher, student) {
      const logM = logMixture(alpha, teacher.logProbs, student.logProbs);
      // In this order P Q / M is exactly P where Q and M underflow together.
      const overlap = tf.exp(tf.add(teacher.logProbs, tf.sub(student.logProbs, logM)));
      const pull = tf.sub(tf.mul(student.probabilities, tf.sum(overlap, -1, true)), overlap);
      return {
        value: tf.mul(tf.sum(tf.mul(teacher.probabilities, tf.sub(teacher.logProbs, logM)), -1), size),
        gradient: tf.mul(pull, size * (1 - alpha)),
      };
    },
  };
};

/** `{ "type": "skew-kl", "alpha": 0.1 }` */
export const definition = define({
  type: "skew-kl",
  summary: "KL(teacher || M), M = alpha teacher + (1 - alpha) student: forward KL, but at most -log(alpha) (DistiLLM).",
  parameters: skewParameters("teacher"),
  create: ({ alpha, scale }): Divergence => skewKl(alpha, scale),
});
