/**
 * The KL of the student to another policy, estimated from the tokens that it drew: to the reference it restrains, to a
 * teacher it distils.
 */
import { Type } from "@sinclair/typebox";
import * as tf from "@tensorflow/tfjs";
import { define, type ParametersOf, type WithParts } from "../plugins/definition.ts";
import { averages, averageSchema, sampledByStudent, weighted, type Average } from "./arithmetic/averages.ts";
import { checkTemperature, tempered, studentTemperatureSchema } from "./arithmetic/distribution.ts";
import { importanceRatios, type RatioLevel } from "./arithmetic/importance.ts";
import { logProbLoss, type TokenLoss } from "./arithmetic/log-prob-loss.ts";
import type { Objective, Signals, TokenBatch } from "./objective.ts";
import { checkDiscount, rewardToGo } from "./arithmetic/reward-to-go.ts";
import { logProbsOfTargets } from "./arithmetic/token-log-probs.ts";
import { tokenLogProbs } from "./arithmetic/token-log-probs.ts";

/**
 * Estimators of KL(q || p) by d = log q(y_t) - log p(y_t) of a drawn token (Schulman, "Approximating KL divergence",
 * 2020).
 */
export type KlEstimator = "k1" | "k2" | "k3";

const parameters = {
  to: Type.Unsafe<"reference" | "teacher">({
    type: "string",
    enum: ["reference", "teacher"],
    description: "The other policy.",
  }),
  estimator: Type.Unsafe<KlEstimator>({
    type: "string",
    enum: ["k1", "k2", "k3"],
    default: "k1",
    description:
      "k1: KL in the reward, the gradient of the reverse KL. k2: half the squared log-ratio, the " +
      "gradient of k1 at discount 0. k3: never below zero, but the gradient of the forward KL.",
  }),
  discount: Type.Optional(
    Type.Number({
      minimum: 0,
      maximum: 1,
      description:
        "Of k1 alone: how much a token answers for later ones. 1 (when left out): the KL of whole " +
        "sequences. 0: of each token at its prefix.",
    }),
  ),
  importance: Type.Unsafe<"none" | RatioLevel>({
    type: "string",
    enum: ["none", "token", "sequence", "geometric"],
    default: "none",
    description:
      "The ratio of student to behavior that stale tokens are weighed by: of the token, of the whole " +
      "sequence, or its mean per token.",
  }),
  average: averageSchema("How the tokens' estimates are averaged; sum is unbiased for the KL of sequences."),
  studentTemperature: studentTemperatureSchema("The student's logits are divided by it within the loss."),
};

/**
 * Parameters of the sampled KL; the schemas' defaults hold for what is left out. Log-probs of the student are those
 * of softmax(logits / studentTemperature); those of p are at the temperature that sampled, so at another one the KL of
 * a policy to itself is not zero.
 */
export type SampledKlParameters = WithParts<
  ParametersOf<typeof parameters>,
  { readonly to: "reference" | "teacher"; readonly average?: Average }
>;

/** What the sampled KL reads; those that its settings have no use for, it does not name. */
export type SampledKlSignal = "referenceLogProbs" | "teacherLogProbs" | "behaviorLogProbs" | "fromStudent";

/**
 * Log-ratios are cut to this within exponentials, so that k3 stays finite where the student finds its own token all but
 * impossible.
 */
const largest = 20;

/** Value and derivative of each estimator by log q; `differences` d [B, T] are zero outside of completions. */
const estimators: Readonly<Record<KlEstimator, (differences: tf.Tensor2D, discount: number) => TokenLoss>> = {
  k1: (differences, discount) => ({ value: differences, derivative: rewardToGo(differences, discount) }),
  k2: (differences) => ({ value: tf.mul(tf.square(differences), 0.5), derivative: differences }),
  k3(differences) {
    const ratio = tf.exp(tf.minimum(tf.neg(differences), largest));
    return { value: tf.add(tf.sub(ratio, 1), differences), derivative: tf.sub(1, ratio) };
  },
};

/**
 * The average over the student's tokens of an estimate of KL(q || p), q the student; d = log q(y_t) - log p(y_t), in
 * nats. True expected gradients, on the student's own samples and with `averages.sum`:
 *
 * `k1`, KL in the reward: d is a cost, so its value is the KL itself and its derivative by log q(y_t) is sum over u >=
 * t of discount^(u - t) d_u, held constant. At discount 1 that is the gradient of KL(q || p) of whole sequences; at 0
 * that of the reverse KL at every prefix, the prefixes fixed. `k2`, d^2 / 2: its gradient is that of k1 at discount 0,
 * sample by sample; its value is none of a KL. `k3`, exp(-d) - 1 + d: its value is the KL, never below zero; its
 * gradient is that of the forward KL(p || q) at every prefix, the prefixes fixed. Differentiating d itself ("k1 as
 * loss") has an expected gradient of zero; it is not offered. (gradients: "Rethinking KL Regularization in RLHF", 2025,
 * arXiv 2510.01555.) Other averages weigh completions by their lengths, as for REINFORCE.
 *
 * `importance` multiplies by the ratio of q to what drew the tokens, held constant: by `token` the prefixes, and the
 * later log-ratios that k1 sums, stay as they were drawn; `sequence` is unbiased for all of the above. Sequences that
 * the student did not sample add nothing, yet they count among the sequences. `RangeError` for a discount outside [0,
 * 1] or beside k2 or k3, and for a temperature that is not positive.
 */
export const sampledKl = ({
  to,
  estimator = "k1",
  discount,
  importance = "none",
  average = averages.sequence,
  studentTemperature = 1,
}: SampledKlParameters): Objective<SampledKlSignal> => {
  checkTemperature("sampled-kl", studentTemperature);
  if (discount !== undefined) {
    checkDiscount("sampled-kl", discount);
    if (estimator !== "k1")
      throw new RangeError(
        `sampled-kl: expected a discount with k1 alone, got one with ${estimator}, which reads no later token`,
      );
  }
  const target = ({
    targets,
    referenceLogProbs,
    teacherLogProbs,
  }: TokenBatch & Pick<Signals, SampledKlSignal>): tf.Tensor2D =>
    to === "reference" ? referenceLogProbs : logProbsOfTargets(teacherLogProbs, targets);
  return {
    name: "sampled-kl",
    needs: [
      to === "reference" ? "referenceLogProbs" : "teacherLogProbs",
      "fromStudent",
      ...(importance === "none" ? [] : ["behaviorLogProbs" as const]),
    ],
    learnsFrom: ["student"],
    drawn: { temperature: studentTemperature, weighted: importance !== "none" },
    loss(studentLogits, batch) {
      const { targets, completionMask, behaviorLogProbs, fromStudent } = batch;
      const logProbs = tokenLogProbs(tempered(studentLogits, studentTemperature), targets);
      const goal = target(batch);
      const weights = sampledByStudent(average(completionMask), fromStudent);
      const losses = logProbLoss(logProbs, (at) => {
        const { value, derivative } = estimators[estimator](tf.mul(tf.sub(at, goal), completionMask), discount ?? 1);
        const scale =
          importance === "none"
            ? weights
            : tf.mul(weights, importanceRatios(importance, at, behaviorLogProbs, completionMask));
        return { value: tf.mul(scale, value), derivative: tf.mul(scale, derivative) };
      });
      const loss = tf.sum<tf.Scalar>(losses);
      const drawn = averages.token(sampledByStudent(completionMask, fromStudent));
      return {
        loss,
        metrics: { "objective/sampled-kl": loss, [`policy/${to}-kl`]: weighted(tf.sub(logProbs, goal), drawn) },
      };
    },
  };
};

/** `{ "type": "sampled-kl", "to": "reference" }` */
export const definition = define({
  type: "sampled-kl",
  summary: "The KL of the student to the reference or the teacher, estimated from the tokens that the student drew.",
  parameters,
  create: (values): Objective<SampledKlSignal> => sampledKl({ ...values, average: averages[values.average] }),
});
