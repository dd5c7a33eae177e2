/**
 * Adaptive KL: forward KL where student and teacher differ on the teacher's likeliest tokens, reverse KL where they
 * differ on the rest.
 */
import { Type } from "@sinclair/typebox";
import * as tf from "@tensorflow/tfjs";
import { define } from "../../plugins/definition.ts";
import type { Distribution } from "../arithmetic/distribution.ts";
import type { Divergence } from "./divergence.ts";
import { softmaxJacobian } from "./softmax-jacobian.ts";

/** Halvings of an interval of about 12 nats: down to the resolution of float32 log-probs. */
const rounds = 24;

/**
 * 1 [..., V] where a token belongs to the teacher's head: where it and all that are at least as likely have at most
 * `headMass` together; the likeliest always does. No sorting: a level is found by bisection, between (1 - headMass) /
 * V, which the first token outside cannot be below, and the likeliest's. Levels closer than 1e-6 nats may count as one.
 */
const headOf = ({ probabilities, logProbs }: Distribution, headMass: number): tf.Tensor => {
  const likeliest = tf.max(logProbs, -1, true);
  let low = tf.fill(likeliest.shape, Math.log((1 - headMass) / logProbs.shape.at(-1)!));
  let high = tf.add(likeliest, 1);
  for (let round = 0; round < rounds; round += 1) {
    const level = tf.mul(tf.add(low, high), 0.5);
    // The tensors over the vocabulary go at once: only the levels stay until the end.
    const over = tf.tidy(() => {
      const above = tf.cast(tf.greaterEqual(logProbs, level), "float32");
      return tf.greater(tf.sum(tf.mul(probabilities, above), -1, true), headMass);
    });
    low = tf.where(over, level, low);
    high = tf.where(over, high, level);
  }
  return tf.cast(tf.greaterEqual(logProbs, tf.minimum(high, likeliest)), "float32");
};

/**
 * w KL(P || Q) + (1 - w) KL(Q || P) with w = head / (head + tail), the sums of |P_i - Q_i| over the teacher's head and
 * over the rest (AKL, Wu et al., 2024, arXiv 2404.02657; mu = 0.5 is `headMass` there). The token that crosses mu is
 * outside of the head, as in the authors' get_ratio; SakanaAI/TAID counts it in. Tied tokens are in or out together.
 * Gradient: w (Q - P) + (1 - w) J(log(Q / P)), w being a constant: it is not the derivative of the value. Where all
 * gaps are zero so are both KLs, and w does not matter. `RangeError` when headMass is not inside (0, 1).
 */
export const adaptiveKl = (headMass = 0.5): Divergence => {
  if (!(headMass > 0 && headMass < 1)) {
    throw new RangeError(
      `adaptive-kl: expected headMass inside (0, 1), got ${headMass}; with all or no tokens in the head it ` +
        "is one KL alone",
    );
  }
  return {
    name: `adaptive-kl-${headMass}`,
    refusesTail:
      "its weight depends on which tokens are the teacher's likeliest, and a bucket that merges many is none of them",
    formula(teacher, student) {
      const difference = tf.sub(student.probabilities, teacher.probabilities);
      const gaps = tf.abs(difference);
      const head = tf.sum(tf.mul(gaps, headOf(teacher, headMass)), -1, true);
      const weight = tf.div(head, tf.maximum(tf.sum(gaps, -1, true), 1e-30));
      const logRatio = tf.sub(student.logProbs, teacher.logProbs);
      const forward = tf.neg(tf.sum(tf.mul(teacher.probabilities, logRatio), -1, true));
      const reverse = tf.sum(tf.mul(student.probabilities, logRatio), -1, true);
      const rest = tf.sub(1, weight);
      return {
        value: tf.squeeze(tf.add(tf.mul(weight, forward), tf.mul(rest, reverse)), [-1]),
        gradient: tf.add(
          tf.mul(weight, difference),
          tf.mul(rest, softmaxJacobian(student.probabilities, logRatio, reverse)),
        ),
      };
    },
  };
};

/** `{ "type": "adaptive-kl" }` */
export const definition = define({
  type: "adaptive-kl",
  summary:
    "Forward and reverse KL, weighted by how much student and teacher differ on the teacher's likeliest " +
    "tokens and on the rest (AKL).",
  parameters: {
    headMass: Type.Number({
      default: 0.5,
      exclusiveMinimum: 0,
      exclusiveMaximum: 1,
      description: "The teacher's likeliest tokens are the head while their probabilities sum to at most this.",
    }),
  },
  create: ({ headMass }): Divergence => adaptiveKl(headMass),
});
