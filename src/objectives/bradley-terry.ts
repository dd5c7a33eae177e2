/** Bradley-Terry: a reward model learns from pairs of completions, one of which is preferred. */
import { Type } from "@sinclair/typebox";
import * as tf from "@tensorflow/tfjs";
import { define, type ParametersOf } from "../plugins/definition.ts";
import type { Objective } from "./objective.ts";
import { overBatch } from "./arithmetic/over-batch.ts";

const parameters = {
  center: Type.Number({
    default: 0,
    minimum: 0,
    description: "Weight of the squared sum of a pair's scores, which holds them near zero.",
  }),
};

/** Parameters of the objective; the schema's default holds for what is left out. */
export type BradleyTerryParameters = Partial<ParametersOf<typeof parameters>>;

/** 1 for pairs [B / 2] of which both rows have a completion, 0 for those that fill a batch up. */
const pairWeights = (completionMask: tf.Tensor2D): tf.Tensor1D =>
  tf.min(tf.reshape(tf.max(completionMask, 1), [-1, 2]), 1);

/**
 * mean over pairs of -log sigmoid(r_c - r_r) + center (r_c + r_r)^2, r_c the score of the preferred completion in nats,
 * r_r that of the rejected one: the negative log-likelihood of the preferences where P(c over r) = sigmoid(r_c - r_r)
 * (Bradley and Terry, 1952; Ouyang et al., 2022, arXiv 2203.02155, equation 1, for one pair a prompt). It does not
 * change when all scores of a prompt move together; `center` holds them near zero (Eisenstein et al., 2023, arXiv
 * 2312.09244). `RangeError` for a center below 0, and for logits that are not one score for each of an even number of
 * rows.
 */
export const bradleyTerry = ({ center = 0 }: BradleyTerryParameters = {}): Objective => {
  if (!(center >= 0 && Number.isFinite(center)))
    throw new RangeError(`bradley-terry: expected a center of at least 0, got ${center}`);
  return {
    name: "bradley-terry",
    needs: [],
    learnsFrom: ["others"],
    pairs: true,
    loss(studentLogits, { completionMask }) {
      const [rows, positions, labels] = studentLogits.shape;
      if (rows % 2 !== 0 || positions !== 1 || labels !== 1) {
        throw new RangeError(
          `bradley-terry: expected scores [B, 1, 1] of pairs, got [${studentLogits.shape.join(", ")}]`,
        );
      }
      const scores: tf.Tensor2D = tf.reshape(studentLogits, [rows / 2, 2]);
      const weights = pairWeights(completionMask);
      const mean = (values: tf.Tensor): tf.Scalar =>
        tf.div(tf.sum(tf.mul(values, weights)), tf.maximum(overBatch(tf.sum(weights)), 1));
      const signs = tf.tensor2d([[1], [-1]]);
      const margins: tf.Tensor1D = tf.squeeze(tf.matMul(scores, signs), [1]);
      const likelihood = mean(tf.softplus(tf.neg(margins)));
      const loss =
        center === 0 ? likelihood : tf.add<tf.Scalar>(likelihood, tf.mul(mean(tf.square(tf.sum(scores, 1))), center));
      return {
        loss,
        metrics: {
          "objective/bradley-terry": loss,
          "pairs/accuracy": mean(tf.cast(tf.greater(margins, 0), "float32")),
          "pairs/margin": mean(margins),
          "pairs/score": mean(tf.mean(scores, 1)),
        },
      };
    },
  };
};

/** `{ "type": "bradley-terry" }` */
export const definition = define({
  type: "bradley-terry",
  summary:
    "A reward model learns which of two completions is preferred: -log sigmoid of the difference of their scores.",
  parameters,
  create: bradleyTerry,
});
