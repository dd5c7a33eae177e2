/** The alpha-beta divergence: a plane with forward KL at (1, 0) and reverse KL at (0, 1). */
import { Type } from "@sinclair/typebox";
import * as tf from "@tensorflow/tfjs";
import { define } from "../../plugins/definition.ts";
import type { Distribution } from "../arithmetic/distribution.ts";
import type { Divergence } from "./divergence.ts";

/** Exponents between 0 and this would leave float32 nothing of the difference that is divided by them. */
const least = 0.1;

/** p^a of log-probs, without forming p. */
const power = (logProbs: tf.Tensor, exponent: number): tf.Tensor => tf.exp(tf.mul(logProbs, exponent));

/**
 * What the divergence sums over tokens [..., V], for exponents of at least 0; the limits where one of them, or both,
 * are 0.
 */
const summand = (a: number, b: number, p: tf.Tensor, q: tf.Tensor): tf.Tensor => {
  const logRatio = tf.sub(p, q);
  if (a === 0 && b === 0) return tf.mul(tf.square(logRatio), 0.5);
  if (b === 0) return tf.mul(tf.add(tf.mul(power(p, a), tf.sub(tf.mul(logRatio, a), 1)), power(q, a)), 1 / a ** 2);
  if (a === 0) return tf.mul(tf.sub(power(p, b), tf.mul(power(q, b), tf.add(tf.mul(logRatio, b), 1))), 1 / b ** 2);
  const own = tf.add(tf.mul(power(p, a + b), a / (a + b)), tf.mul(power(q, a + b), b / (a + b)));
  return tf.mul(tf.sub(own, tf.exp(tf.add(tf.mul(p, a), tf.mul(q, b)))), 1 / (a * b));
};

/** Q times the derivative of the summand by Q: q^b (q^a - p^a) / a, and its limit q^b log(q / p) at a = 0. */
const slope = (a: number, b: number, p: tf.Tensor, q: tf.Tensor): tf.Tensor =>
  a === 0
    ? tf.mul(power(q, b), tf.sub(q, p))
    : tf.mul(tf.sub(power(q, a + b), tf.exp(tf.add(tf.mul(p, a), tf.mul(q, b)))), 1 / a);

/**
 * -1 / (a b) sum_i [P_i^a Q_i^b - a / (a + b) P_i^(a + b) - b / (a + b) Q_i^(a + b)] for alpha a and beta b (Cichocki,
 * Cruces and Amari, 2011; ABKD, Wang et al., 2025, arXiv 2505.04560). By continuity it is (1 / a^2) sum [a P^a log(P /
 * Q) - P^a + Q^a] at b = 0, (1 / b^2) sum [b Q^b log(Q / P) - Q^b + P^b] at a = 0, and (1/2) sum log(P / Q)^2 at (0,
 * 0): so (1, 0) is forward KL and (0, 1) reverse KL. (The code beside the paper, ghwang-s/abkd, divides by a and b
 * where the limits have their squares, which is the same at these corners alone.) Gradient: h - Q sum_k h_k with h =
 * Q^b (Q^a - P^a) / a, and h = Q^b log(Q / P) at a = 0. A smaller a + b gives unlikely tokens more say; near P = Q it
 * is (1/2) sum P^(a + b - 2) (P - Q)^2. Only a + b = 1 is an f-divergence; elsewhere merging tokens may raise it, so a
 * tail bucket is refused. `RangeError` for a negative exponent: p^a then grows without bound where p vanishes; and for
 * one between 0 and 0.1, which float32 does not hold: its error is about 1e-7 / (a b).
 */
export const alphaBeta = (alpha: number, beta: number): Divergence => {
  for (const [name, exponent] of Object.entries({ alpha, beta })) {
    if (!(exponent >= 0 && exponent < Infinity)) {
      throw new RangeError(
        `alpha-beta: expected ${name} to be at least 0, got ${exponent}; a negative exponent is unbounded ` +
          "where a probability vanishes",
      );
    }
    if (exponent > 0 && exponent < least) {
      throw new RangeError(
        `alpha-beta: expected ${name} to be 0 or at least ${least}, got ${exponent}; float32 cannot hold ` +
          "what is between: use 0, its limit",
      );
    }
  }
  return {
    name: `alpha-beta-${alpha}-${beta}`,
    ...(Math.abs(alpha + beta - 1) < 1e-9
      ? {}
      : {
          refusesTail:
            "only alpha + beta = 1 is an f-divergence, which merged tokens bound from below, and here it is " +
            `${alpha + beta}`,
        }),
    formula(teacher: Distribution, student: Distribution) {
      const h = slope(alpha, beta, teacher.logProbs, student.logProbs);
      return {
        value: tf.sum(summand(alpha, beta, teacher.logProbs, student.logProbs), -1),
        gradient: tf.sub(h, tf.mul(student.probabilities, tf.sum(h, -1, true))),
      };
    },
  };
};

const exponent = (whose: string, end: string) =>
  Type.Number({
    minimum: 0,
    description: `Exponent of the ${whose}'s probabilities, 0 or at least 0.1; ${end} has 1 here and 0 at the other.`,
  });

/** `{ "type": "alpha-beta", "alpha": 0.2, "beta": 0.7 }` */
export const definition = define({
  type: "alpha-beta",
  summary:
    "Alpha-beta divergence, exponents alpha of the teacher and beta of the student: (1, 0) is forward KL, " +
    "(0, 1) reverse KL (ABKD).",
  parameters: { alpha: exponent("teacher", "forward KL"), beta: exponent("student", "reverse KL") },
  create: ({ alpha, beta }): Divergence => alphaBeta(alpha, beta),
});
