/** Reports how far the student of now is from what drew its sequences: the importance weights of a step. */
import * as tf from "@tensorflow/tfjs";
import { averages, sampledByStudent, weighted } from "./arithmetic/averages.ts";
import { checkTemperature, tempered } from "./arithmetic/distribution.ts";
import { importanceRatios } from "./arithmetic/importance.ts";
import { overBatch } from "./arithmetic/over-batch.ts";
import type { Objective, Signal } from "./objective.ts";
import { tokenLogProbs } from "./arithmetic/token-log-probs.ts";

/** What the report reads besides. */
type ReportedSignal = "behaviorLogProbs" | "fromStudent";

/** Smaller than any sum of squares that ratios, cut as they are, can have. */
const tiny = 1e-30;

/**
 * (sum w)^2 / (n sum w^2) of the n weights where `mask` is 1, in (0, 1]: the effective sample size as a share (Kong,
 * 1992). 0 where there are none.
 */
const effectiveShare = (weights: tf.Tensor, mask: tf.Tensor): tf.Scalar => {
  const kept = tf.mul(weights, mask);
  const sum: tf.Scalar = tf.sum(kept);
  const squares = tf.mul(overBatch(tf.sum(mask)), overBatch(tf.sum(tf.square(kept))));
  return tf.div(tf.mul(sum, overBatch(sum)), tf.maximum(squares, tiny));
};

/**
 * The objective with four more metrics of what the student sampled: `importance/mean` and `importance/max` of the
 * ratios q(y_t) / b(y_t) of tokens, and the effective sample size as a share of all, by these ratios over tokens
 * (`importance/effective-tokens`) and by their products over completions (`importance/effective-completions`). All four
 * are 1 where the student of now drew, and 0 where it drew nothing; none is truncated, whatever the objective does.
 * `temperature` is the sampling temperature. Loss and gradient are the objective's. `RangeError` for a temperature that
 * is not positive.
 */
export const reportingImportance = <Needs extends Signal>(
  objective: Objective<Needs>,
  temperature: number,
): Objective<Needs | ReportedSignal> => {
  checkTemperature("importance", temperature);
  return {
    ...objective,
    needs: [...new Set<Needs | ReportedSignal>([...objective.needs, "behaviorLogProbs", "fromStudent"])],
    loss(studentLogits, batch) {
      const { loss, metrics } = objective.loss(studentLogits, batch);
      const { targets, completionMask, behaviorLogProbs, fromStudent } = batch;
      const logProbs = tokenLogProbs(tempered(studentLogits, temperature), targets);
      const drawn = sampledByStudent(completionMask, fromStudent);
      const tokens = importanceRatios("token", logProbs, behaviorLogProbs, drawn);
      const completions = importanceRatios("sequence", logProbs, behaviorLogProbs, drawn);
      return {
        loss,
        metrics: {
          ...metrics,
          "importance/mean": weighted(tokens, averages.token(drawn)),
          "importance/max": tf.max<tf.Scalar>(tf.mul(tokens, drawn)),
          "importance/effective-tokens": effectiveShare(tokens, drawn),
          "importance/effective-completions": effectiveShare(tf.max(completions, 1), tf.max(drawn, 1)),
        },
      };
    },
  };
};
