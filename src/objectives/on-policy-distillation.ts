/**
 * On-policy distillation as reinforcement learning: the teacher's surprise at each token that the student drew is its
 * reward.
 */
import { Type } from "@sinclair/typebox";
import * as tf from "@tensorflow/tfjs";
import { define, type ParametersOf, type WithParts } from "../plugins/definition.ts";
import { averages, averageSchema, sampledByStudent, weighted, type Average } from "./arithmetic/averages.ts";
import { checkTemperature, tempered, studentTemperatureSchema } from "./arithmetic/distribution.ts";
import { entropy } from "./arithmetic/entropy.ts";
import { importanceRatios } from "./arithmetic/importance.ts";
import { logProbLoss } from "./arithmetic/log-prob-loss.ts";
import type { Objective } from "./objective.ts";
import { checkDiscount, rewardToGo } from "./arithmetic/reward-to-go.ts";
import { logProbsOfTargets } from "./arithmetic/token-log-probs.ts";
import { tokenLogProbs } from "./arithmetic/token-log-probs.ts";

const parameters = {
  discount: Type.Number({
    default: 0,
    minimum: 0,
    maximum: 1,
    description:
      "How much a token answers for later ones. 0: the reverse KL at each prefix. 1: that of whole sequences.",
  }),
  average: averageSchema("How the tokens' losses are averaged."),
  studentTemperature: studentTemperatureSchema(
    "The student's logits are divided by it within the loss; the sampling temperature makes the ratios exact.",
  ),
};

/**
 * Parameters of on-policy distillation; the schemas' defaults hold for what is left out. Log-probs of the student
 * are those of softmax(logits / studentTemperature).
 */
export type OnPolicyDistillationParameters = WithParts<ParametersOf<typeof parameters>, { readonly average?: Average }>;

/** What on-policy distillation reads. */
export type OnPolicyDistillationSignal = "teacherLogProbs" | "behaviorLogProbs" | "fromStudent";

/**
 * -average over the student's tokens of (q / b)(y_t) A_t with A_t = -sum over u >= t of discount^(u - t) (log b(y_u) -
 * log p(y_u)), in nats: q the student, b the distribution that drew the tokens, p the teacher (Thinking Machines,
 * "On-Policy Distillation", 2025).
 *
 * At b = q and with `averages.sum`, the expected gradient at discount 0 is that of the reverse KL over the whole
 * vocabulary at every prefix, the prefixes fixed: on-policy distillation with reverse KL (GKD), at a higher variance
 * and with one log-prob of the teacher for each token. At discount 1 it is that of KL(q || p) of whole sequences. For
 * stale tokens at discount 0 it is the gradient of KL(q || p) - KL(q || b) at the prefixes that b drew: the advantage
 * still rewards leaving b. Sequences that the student did not sample add nothing, yet they count among the sequences.
 * `RangeError` for a discount outside [0, 1] and a temperature that is not positive.
 */
export const onPolicyDistillation = ({
  discount = 0,
  average = averages.sequence,
  studentTemperature = 1,
}: OnPolicyDistillationParameters = {}): Objective<OnPolicyDistillationSignal> => {
  checkTemperature("on-policy-distillation", studentTemperature);
  checkDiscount("on-policy-distillation", discount);
  return {
    name: "on-policy-distillation",
    needs: ["teacherLogProbs", "behaviorLogProbs", "fromStudent"],
    learnsFrom: ["student"],
    drawn: { temperature: studentTemperature, weighted: true },
    loss(studentLogits, { targets, completionMask, teacherLogProbs, behaviorLogProbs, fromStudent }) {
      const logProbs = tokenLogProbs(tempered(studentLogits, studentTemperature), targets);
      const goal = logProbsOfTargets(teacherLogProbs, targets);
      const costs = rewardToGo(tf.mul(tf.sub(behaviorLogProbs, goal), completionMask), discount);
      const weights = sampledByStudent(average(completionMask), fromStudent);
      const losses = logProbLoss(logProbs, (at) => {
        const value = tf.mul(weights, tf.mul(importanceRatios("token", at, behaviorLogProbs, completionMask), costs));
        return { value, derivative: value };
      });
      const loss = tf.sum<tf.Scalar>(losses);
      const drawn = averages.token(sampledByStudent(completionMask, fromStudent));
      return {
        loss,
        metrics: {
          "objective/on-policy-distillation": loss,
          "policy/teacher-kl": weighted(tf.sub(behaviorLogProbs, goal), drawn),
          "policy/entropy": weighted(entropy(studentLogits), averages.token(completionMask)),
        },
      };
    },
  };
};

/** `{ "type": "on-policy-distillation" }` */
export const definition = define({
  type: "on-policy-distillation",
  summary:
    "Distillation by policy gradient: each token that the student drew is rewarded with how much likelier " +
    "the teacher finds it.",
  parameters,
  create: (values): Objective<OnPolicyDistillationSignal> =>
    onPolicyDistillation({ ...values, average: averages[values.average] }),
});
