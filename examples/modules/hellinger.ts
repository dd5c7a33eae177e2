/** A divergence of one's own: the squared Hellinger distance, 1 - sum_i sqrt(P_i Q_i), times a factor. */
import * as tf from "@tensorflow/tfjs";
import { Type } from "@sinclair/typebox";
import { defineDivergence, softmaxJacobian } from "retort-rl/objectives";

export default defineDivergence({
  summary: "Squared Hellinger distance of the student from the teacher, times a factor.",
  parameters: { factor: Type.Number({ default: 1, exclusiveMinimum: 0, description: "Multiplies the distance." }) },
  laws: { zeroAtEqual: true, nonNegative: true, symmetric: true },
  create: ({ factor }) => ({
    name: "hellinger",
    formula(teacher, student) {
      const affinity = tf.sum(tf.exp(tf.mul(0.5, tf.add(teacher.logProbs, student.logProbs))), -1);
      // The derivative by Q_i: -1/2 sqrt(P_i / Q_i). Its mean under Q is -1/2 of the affinity.
      const byProbability = tf.mul(-0.5, tf.exp(tf.mul(0.5, tf.sub(teacher.logProbs, student.logProbs))));
      const mean = tf.expandDims(tf.mul(-0.5, affinity), -1);
      const gradient = softmaxJacobian(student.probabilities, byProbability, mean);
      return { value: tf.mul(factor, tf.sub(1, affinity)), gradient: tf.mul(factor, gradient) };
    },
  }),
});
