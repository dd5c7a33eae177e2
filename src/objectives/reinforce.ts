/** REINFORCE: completions that were better than expected become more likely. */
import * as tf from "@tensorflow/tfjs";
import { define } from "../plugins/definition.ts";
import { averages, averageSchema, weighted, type Average } from "./arithmetic/averages.ts";
import type { AdvantageEstimator } from "./advantages/advantage.ts";
import { advantageSchemas, createAdvantages } from "./advantages/shaped.ts";
import { checkTemperature, tempered, studentTemperatureSchema } from "./arithmetic/distribution.ts";
import { entropy } from "./arithmetic/entropy.ts";
import type { Objective } from "./objective.ts";
import { tokenLogProbs } from "./arithmetic/token-log-probs.ts";

/** Parameters of REINFORCE. */
export interface ReinforceParameters {
  readonly advantages: AdvantageEstimator<unknown>;
  /** Over tokens; `averages.sequence` when left out. */
  readonly average?: Average;
  /**
   * Log-probs are those of softmax(logits / studentTemperature); 1 when left out. Exact when it is the temperature that
   * sampled.
   */
  readonly studentTemperature?: number;
}

/**
 * -average over tokens of A(y) log Q(y_t), A = reward - baseline (Williams, 1992); in nats times reward. Its value says
 * nothing; its gradient is that of the expected reward, of opposite sign.
 *
 * The average sets what a long completion weighs. With `averages.sum` the gradient is unbiased for E[r], whatever
 * baseline of the other completions is subtracted. With `averages.sequence`, the default, each completion's gradient is
 * divided by its length L: beside a distillation term, itself a mean over tokens, reward and divergence then keep one
 * size at every length, where `sum` would make the reward's share L times larger (an effective alpha L times smaller
 * against it). It is the gradient of E[(r - b) / L], L and b held constant, so there a baseline is not neutral: the
 * higher it is, the more the gradient lengthens completions. Sequences that the student did not sample have advantage
 * 0: they add nothing, yet they count among the sequences. `RangeError` for a temperature that is not positive.
 */
export const reinforce = ({
  advantages: estimator,
  average = averages.sequence,
  studentTemperature = 1,
}: ReinforceParameters): Objective<"advantages"> => {
  checkTemperature("reinforce", studentTemperature);
  return {
    name: "reinforce",
    needs: ["advantages"],
    learnsFrom: ["student"],
    drawn: { temperature: studentTemperature, weighted: false },
    advantages: estimator,
    loss(studentLogits, { targets, completionMask, advantages }) {
      const logProbs = tokenLogProbs(tempered(studentLogits, studentTemperature), targets);
      const loss = weighted(tf.neg(tf.mul(tf.expandDims(advantages, 1), logProbs)), average(completionMask));
      const undecided = weighted(entropy(studentLogits), averages.token(completionMask));
      return { loss, metrics: { "objective/reinforce": loss, "policy/entropy": undecided } };
    },
  };
};

/** `{ "type": "reinforce" }` */
export const definition = define({
  type: "reinforce",
  summary: "REINFORCE: minus the advantage times the log-prob of the completion, with a baseline.",
  parameters: {
    ...advantageSchemas({ type: "leave-one-out" }, "none"),
    average: averageSchema("How the tokens' log-probs are averaged; sum is unbiased for the expected reward."),
    studentTemperature: studentTemperatureSchema(
      "The student's logits are divided by it within the loss; the sampling temperature makes the gradient exact.",
    ),
  },
  create: (values): Objective<"advantages"> =>
    reinforce({ ...values, advantages: createAdvantages(values), average: averages[values.average] }),
});
