/** An objective of one's own: SFT with a penalty on confidence, -log p(target) - beta H(p), averaged over tokens. */
import * as tf from "@tensorflow/tfjs";
import { defineObjective, Type } from "retort-rl/objectives";

export default defineObjective({
  summary: "SFT with a penalty on confidence (Pereyra et al., 2017, arXiv 1701.06548).",
  parameters: { beta: Type.Number({ default: 0.1, minimum: 0, description: "Weight of the entropy, in nats." }) },
  create: ({ beta }) => ({
    name: "confidence-penalty",
    needs: [],
    learnsFrom: ["student", "others"],
    loss(studentLogits, { targets, completionMask }) {
      const logProbs = tf.logSoftmax(studentLogits);
      const chosen = tf.sum(tf.mul(logProbs, tf.oneHot(targets, studentLogits.shape[2])), -1);
      const entropy = tf.neg(tf.sum(tf.mul(tf.exp(logProbs), logProbs), -1));
      const mean = (perToken: tf.Tensor): tf.Scalar =>
        tf.div(tf.sum(tf.mul(perToken, completionMask)), tf.maximum(tf.sum(completionMask), 1));
      const [likelihood, bonus] = [mean(tf.neg(chosen)), mean(entropy)];
      return { loss: tf.sub(likelihood, tf.mul(beta, bonus)), metrics: { "objective/entropy": bonus } };
    },
  }),
});
