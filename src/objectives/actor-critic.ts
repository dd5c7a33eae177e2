/** Actor-critic: REINFORCE whose baseline is a learned value of the prefix, and the loss that teaches it. */
import { Type } from "@sinclair/typebox";
import * as tf from "@tensorflow/tfjs";
import { define } from "../plugins/definition.ts";
import type { AdvantageEstimator } from "./advantages/advantage.ts";
import { rewardSchemas, shapedAdvantages } from "./advantages/shaped.ts";
import { averages, averageSchema, sampledByStudent, weighted, type Average } from "./arithmetic/averages.ts";
import { noBaseline } from "./baselines/none.ts";
import { checkTemperature, tempered, studentTemperatureSchema } from "./arithmetic/distribution.ts";
import { entropy } from "./arithmetic/entropy.ts";
import { logProbLoss } from "./arithmetic/log-prob-loss.ts";
import type { Objective } from "./objective.ts";
import { tokenLogProbs } from "./arithmetic/token-log-probs.ts";

/** Parameters of actor-critic. */
export interface ActorCriticParameters {
  /** Shapes the rewards; its baseline is not used. Rewards as they are when left out. */
  readonly advantages?: AdvantageEstimator<unknown>;
  /** Weight of the value's loss, above 0; 0.5 when left out. */
  readonly valueWeight?: number;
  /** Of both terms, over tokens; `averages.sequence` when left out. */
  readonly average?: Average;
  /** 1 when left out. */
  readonly studentTemperature?: number;
}

/** What actor-critic reads. */
export type ActorCriticSignal = "rewards" | "values" | "fromStudent";

/**
 * average over the student's tokens of -(r - V_t) log q(y_t) + valueWeight (V_t - r)^2 / 2, V_t the value of the prefix
 * before y_t (Sutton et al., 2000; Mnih et al., 2016, arXiv 1602.01783; undiscounted, without bootstrapping).
 *
 * V is a constant of the first term and the only thing that the second one teaches. With `averages.sum` the gradient by
 * the logits is unbiased for E[r] at any V, right or wrong, because V_t does not depend on y_t; the second term is
 * least at V_t = E[r | prefix]. Sequences that the student did not sample add nothing to either, yet they count among
 * the sequences. `RangeError` for a value weight or a temperature that is not positive.
 */
export const actorCritic = ({
  advantages = shapedAdvantages({ baseline: noBaseline }),
  valueWeight = 0.5,
  average = averages.sequence,
  studentTemperature = 1,
}: ActorCriticParameters = {}): Objective<ActorCriticSignal> => {
  checkTemperature("actor-critic", studentTemperature);
  if (!(valueWeight > 0 && Number.isFinite(valueWeight))) {
    throw new RangeError(`actor-critic: expected a value weight above 0, got ${valueWeight}`);
  }
  return {
    name: "actor-critic",
    needs: ["rewards", "values", "fromStudent"],
    learnsFrom: ["student"],
    drawn: { temperature: studentTemperature, weighted: false },
    advantages,
    loss(studentLogits, { targets, completionMask, rewards, values, fromStudent }) {
      const weights = sampledByStudent(average(completionMask), fromStudent);
      const logProbs = tokenLogProbs(tempered(studentLogits, studentTemperature), targets);
      const errors = tf.sub(values, tf.expandDims(rewards, 1));
      const losses = logProbLoss(logProbs, (at) => {
        const derivative = tf.mul(weights, errors);
        return { value: tf.mul(derivative, at), derivative };
      });
      const squares = tf.square(errors);
      const loss = tf.add<tf.Scalar>(tf.sum(losses), tf.mul(weighted(squares, weights), valueWeight / 2));
      const drawn = averages.token(sampledByStudent(completionMask, fromStudent));
      return {
        loss,
        metrics: {
          "objective/actor-critic": loss,
          "policy/value-error": weighted(squares, drawn),
          "policy/entropy": weighted(entropy(studentLogits), averages.token(completionMask)),
        },
      };
    },
  };
};

/** `{ "type": "actor-critic" }` */
export const definition = define({
  type: "actor-critic",
  summary: "Actor-critic: REINFORCE with a value head as its baseline, taught by the squared error of the reward.",
  parameters: {
    valueWeight: Type.Number({
      default: 0.5,
      exclusiveMinimum: 0,
      description: "Weight of half the squared error of the value.",
    }),
    ...rewardSchemas(),
    average: averageSchema("How the tokens' losses are averaged; sum is unbiased for the expected reward."),
    studentTemperature: studentTemperatureSchema(
      "The student's logits are divided by it within the loss; the sampling temperature makes the gradient exact.",
    ),
  },
  create: (values): Objective<ActorCriticSignal> =>
    actorCritic({
      ...values,
      advantages: shapedAdvantages({ ...values, baseline: noBaseline }),
      average: averages[values.average],
    }),
});
