/** The generalized Jensen-Shannon divergence JSD(beta): bounded, and between forward and reverse KL in its gradient. */
import { Type } from "@sinclair/typebox";
import * as tf from "@tensorflow/tfjs";
import { define } from "../../plugins/definition.ts";
import type { Divergence } from "./divergence.ts";
import { softmaxJacobian } from "./softmax-jacobian.ts";

/** `paper`: equation 1 as it stands. `normalized`: divided by beta (1 - beta), which tends to forward KL at 0 and to reverse KL at 1. */
export type JsdScale = "paper" | "normalized";

/** log(exp(a) + exp(b)) without overflow. */
const logAddExp = (a: tf.Tensor, b: tf.Tensor): tf.Tensor =>
  tf.add(tf.maximum(a, b), tf.log(tf.add(tf.exp(tf.neg(tf.abs(tf.sub(a, b)))), 1)));

/**
 * beta KL(P || M) + (1 - beta) KL(Q || M) with M = beta P + (1 - beta) Q, P the teacher and Q the student (equation 1 of GKD, Agarwal et al.,
 * 2024). Gradient: (1 - beta) Q (log(Q / M) - KL(Q || M)). The mixture is one of probabilities; only its logarithm is ever formed.
 * In the paper's scale the gradient is 5 to 24% of a KL's. `RangeError` when beta is not inside (0, 1).
 */
export const jsd = (beta: number, scale: JsdScale = "paper"): Divergence => {
  if (!(beta > 0 && beta < 1)) {
    const meant =
      beta === 0
        ? 'JSD(0) is zero everywhere; its limit JSD(beta) / beta is forward KL: use "forward-kl"'
        : beta === 1
          ? 'JSD(1) is zero everywhere; its limit JSD(beta) / (1 - beta) is reverse KL: use "reverse-kl"'
          : 'near 0 it pulls like "forward-kl", near 1 like "reverse-kl"';
    throw new RangeError(`jsd: expected beta inside (0, 1), got ${beta}; ${meant}`);
  }
  const size = scale === "paper" ? 1 : 1 / (beta * (1 - beta));
  return {
    name: `jsd-${beta}${scale === "paper" ? "" : "-normalized"}`,
    formula(teacher, student) {
      const logMixture = logAddExp(tf.add(teacher.logProbs, Math.log(beta)), tf.add(student.logProbs, Math.log(1 - beta)));
      const studentRatio = tf.sub(student.logProbs, logMixture);
      const teacherKl = tf.sum(tf.mul(teacher.probabilities, tf.sub(teacher.logProbs, logMixture)), -1);
      const studentKl = tf.sum(tf.mul(student.probabilities, studentRatio), -1);
      return {
        value: tf.add(tf.mul(teacherKl, size * beta), tf.mul(studentKl, size * (1 - beta))),
        gradient: tf.mul(softmaxJacobian(student.probabilities, studentRatio, tf.expandDims(studentKl, -1)), size * (1 - beta)),
      };
    },
  };
};

/** `{ "type": "jsd", "beta": 0.5 }` */
export const definition = define({
  type: "jsd",
  summary:
    "Generalized Jensen-Shannon divergence: beta KL(teacher || M) + (1 - beta) KL(student || M), M = beta teacher + (1 - beta) student.",
  parameters: Type.Object(
    {
      beta: Type.Number({
        minimum: 0,
        maximum: 1,
        description:
          "Share of the teacher in the mixture, inside (0, 1): near 0 the gradient points like forward KL's, near 1 like reverse KL's.",
      }),
      scale: Type.Unsafe<JsdScale>({
        type: "string",
        enum: ["paper", "normalized"],
        default: "paper",
        description:
          "paper: equation 1 of GKD. normalized: divided by beta (1 - beta), so that it has the size of a KL at every beta and alpha means the same.",
      }),
    },
    { additionalProperties: false },
  ),
  create: ({ beta, scale }): Divergence => jsd(beta, scale),
});
