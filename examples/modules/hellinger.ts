/** A divergence of one's own: the squared Hellinger distance, 1 - sum_i sqrt(P_i Q_i), times a factor. */
import * as tf from "@tensorflow/tfjs";
import { defineDivergence, Type } from "retort-rl/objectives";

export default defineDivergence({
  summary: "Squared Hellinger distance of the student from the teacher, times a factor.",
  parameters: { factor: Type.Number({ default: 1, exclusiveMinimum: 0, description: "Multiplies the distance." }) },
  laws: { zeroAtEqual: true, nonNegative: true, symmetric: true },
  create: ({ factor }) => ({
    name: "hellinger",
    formula(teacher, student) {
      // sqrt(P Q) from log-probs: a quotient of probabilities would be infinite where one of them underflows.
      const overlap = tf.exp(tf.mul(0.5, tf.add(teacher.logProbs, student.logProbs)));
      const affinity = tf.sum(overlap, -1);
      // By the student's logits: (Q A - sqrt(P Q)) / 2.
      const gradient = tf.mul(0.5, tf.sub(tf.mul(student.probabilities, tf.expandDims(affinity, -1)), overlap));
      return { value: tf.mul(factor, tf.sub(1, affinity)), gradient: tf.mul(factor, gradient) };
    },
  }),
});
