/**
 * The Rényi divergence of the student from the teacher: forward KL at order 1, and beyond it ever more the worst token
 * alone.
 */
import { Type } from "@sinclair/typebox";
import * as tf from "@tensorflow/tfjs";
import { define } from "../../plugins/definition.ts";
import type { Divergence } from "./divergence.ts";
import { factorOf, scaleSchema, suffixOf, type Scale } from "./scale.ts";

/**
 * 1 / (order - 1) log sum_i P_i^order Q_i^(1 - order), in the direction teacher || student (Rényi, 1961; van Erven and
 * Harremoës, 2014, arXiv
 * 1206.2459). Gradient: Q - W with W = softmax(order log P + (1 - order) log Q), the geometric mixture of both: forward
 * KL's gradient with W for P. It grows with the order, tends to forward KL at 1 and to max log(P / Q) at infinity. Near
 * P = Q it is order x KL, which the normalized scale divides by; so scaled it tends to reverse KL as the order tends to
 * 0. Float32 leaves an error of about 1e-7 / |order - 1|. `RangeError` when the order is not positive and finite, or is
 * 1.
 */
export const renyi = (order: number, scale: Scale = "paper"): Divergence => {
  if (!(order > 0 && order < Infinity && order !== 1)) {
    const meant =
      order === 1
        ? 'the limit at 1 is forward KL: use "forward-kl"'
        : order === 0
          ? 'at 0 it is zero everywhere; the limit of the normalized scale is reverse KL: use "reverse-kl"'
          : "it is defined for positive orders alone";
    throw new RangeError(`renyi: expected a finite order above 0 that is not 1, got ${order}; ${meant}`);
  }
  const size = factorOf(scale, order);
  return {
    name: `renyi-forward-${order}${suffixOf(scale)}`,
    formula(teacher, student) {
      const exponents = tf.add(tf.mul(teacher.logProbs, order), tf.mul(student.logProbs, 1 - order));
      const largest = tf.max(exponents, -1, true);
      const terms = tf.exp(tf.sub(exponents, largest));
      const sum = tf.sum(terms, -1, true);
      return {
        value: tf.squeeze(tf.mul(tf.add(largest, tf.log(sum)), size / (order - 1)), [-1]),
        gradient: tf.mul(tf.sub(student.probabilities, tf.div(terms, sum)), size),
      };
    },
  };
};

/** `{ "type": "renyi", "order": 0.5 }` */
export const definition = define({
  type: "renyi",
  summary: "Rényi divergence of an order, in the direction teacher || student: order 1 would be forward KL.",
  parameters: {
    order: Type.Number({
      exclusiveMinimum: 0,
      description:
        "Above 0 and not 1: the larger it is, the more the token with the largest ratio teacher / student counts.",
    }),
    scale: scaleSchema("the order"),
  },
  create: ({ order, scale }): Divergence => renyi(order, scale),
});
