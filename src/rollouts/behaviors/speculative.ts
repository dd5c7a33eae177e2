/** Speculative knowledge distillation: the student proposes, and the teacher replaces what it finds unlikely (SKD). */
import * as tf from "@tensorflow/tfjs";
import { Type } from "@sinclair/typebox";
import { define } from "../../plugins/definition.ts";
import type { Behavior } from "./behavior.ts";
import { logSum, logSumWhere } from "./log-sum.ts";

const parameters = {
  topK: Type.Integer({
    default: 25,
    minimum: 1,
    description:
      "K: a token of the student is kept if it is among the teacher's K likeliest; at least V is the student alone.",
  }),
};

/** [B, V] bool: exactly K true in each row, at the greatest numbers; of equal ones the lower ids come first. */
export const amongGreatest = (x: tf.Tensor2D, K: number): tf.Tensor2D => {
  const [batch] = x.shape;
  const least = tf.slice(tf.topk(x, K).values, [0, K - 1], [batch, 1]);
  const above = tf.greater<tf.Tensor2D>(x, least);
  const at = tf.equal<tf.Tensor2D>(x, least);
  const room = tf.sub(K, tf.sum(tf.cast(above, "float32"), 1, true));
  return tf.logicalOr(above, tf.logicalAnd(at, tf.lessEqual(tf.cumsum(tf.cast(at, "float32"), 1), room)));
};

/**
 * `type: "speculative"`: the student proposes y ~ q; where y is not among the K likeliest tokens of the teacher, it is
 * drawn anew from the teacher's whole distribution p (Xu et al., 2025, arXiv 2410.11325; the authors' code draws from
 * all of p as well). So
 *
 *     b(v) = q(v) [v in topK(p)] + r p(v),    r = 1 - sum of q over topK(p).
 *
 * K >= V: b is q bit for bit, on-policy. K = 1: b = p + q(m) (1[v = m] - p) with the teacher's likeliest token m, which
 * is p only where the student gives m no chance or p is a point: the teacher's own sampling leans to its mode, and is
 * no limit of this. Of equally likely tokens the lower ids are the likelier ones. `RangeError` for a K below 1.
 */
export const speculative = define({
  type: "speculative",
  summary: "The student draws; a token that is not among the teacher's likeliest is drawn anew from the teacher.",
  parameters,
  create({ topK }): Behavior {
    if (!Number.isInteger(topK) || topK < 1)
      throw new RangeError(`speculative: expected a whole number topK from 1, got ${topK}`);
    return {
      name: "speculative",
      mixture(student, teacher) {
        if (topK >= teacher.shape[1]) return student;
        const accepted = amongGreatest(teacher, topK);
        const replaced = tf.add<tf.Tensor2D>(teacher, logSumWhere(tf.logicalNot(accepted), student));
        return tf.where(accepted, logSum(student, replaced), replaced);
      },
    };
  },
});
