/** Entropy-aware distillation: reverse KL everywhere, and forward KL besides where the teacher itself is undecided. */
import { Type } from "@sinclair/typebox";
import * as tf from "@tensorflow/tfjs";
import { define, type ParametersOf, type WithParts } from "../plugins/definition.ts";
import { averages, averageSchema, weighted, type Average } from "./arithmetic/averages.ts";
import { checkTemperature, tempered, studentTemperatureSchema } from "./arithmetic/distribution.ts";
import { between } from "./divergences/between.ts";
import { forwardKl } from "./divergences/forward-kl.ts";
import { reverseKl } from "./divergences/reverse-kl.ts";
import { entropy } from "./arithmetic/entropy.ts";
import type { Objective } from "./objective.ts";

const parameters = {
  threshold: Type.Number({
    minimum: 0,
    default: 0.8,
    description: "In nats: above it the teacher's entropy counts as high.",
  }),
  forwardWeight: Type.Number({
    exclusiveMinimum: 0,
    default: 1,
    description: "Weight of forward KL at those tokens.",
  }),
  average: averageSchema("How the tokens' divergences are averaged."),
  studentTemperature: studentTemperatureSchema("The student's logits are divided by it within the loss."),
};

/** Parameters of entropy-aware distillation; the schemas' defaults hold for what is left out. */
export type EntropyAwareDistillationParameters = WithParts<
  ParametersOf<typeof parameters>,
  { readonly average?: Average }
>;

/**
 * Average over completion tokens of KL(Q || P) + w [H(P) > threshold] KL(P || Q), in nats (Entropy-Aware On-Policy
 * Distillation, Jin et al., 2026, arXiv 2603.07079: threshold .8, w 1). Reverse KL is precise where the teacher is
 * sure; forward KL keeps all its options where it is not. The gate depends on the teacher alone, so that the gradient,
 * Q (log(Q / P) - KL(Q || P)) + w [H(P) > threshold] (Q - P), is the exact one of this value at fixed sequences; none
 * goes through the sampling.
 *
 * Ours and not the paper's: reverse KL over the whole vocabulary, differentiated directly, where its code takes the
 * clipped policy gradient of sampled tokens (of the same expectation at a fixed prefix); forward KL over the whole
 * vocabulary instead of the teacher's 16 likeliest tokens; the average by sequence. The threshold is a number of nats
 * and not a quantile: a quantile would make a token's loss depend on the rest of its batch. Metrics: both divergences
 * and the teacher's entropy, means over all tokens, and `teacher/undecided`, the share of tokens above the threshold.
 * `RangeError` for a threshold below 0, and a weight or temperature that is not positive.
 */
export const entropyAwareDistillation = ({
  threshold = 0.8,
  forwardWeight = 1,
  average = averages.sequence,
  studentTemperature = 1,
}: EntropyAwareDistillationParameters = {}): Objective<"teacherLogProbs"> => {
  const owner = "entropy-aware-distillation";
  checkTemperature(owner, studentTemperature);
  if (!(threshold >= 0)) throw new RangeError(`${owner}: expected a threshold of at least 0 nats, got ${threshold}`);
  if (!(forwardWeight > 0 && Number.isFinite(forwardWeight))) {
    throw new RangeError(
      `${owner}: expected a forwardWeight above 0, got ${forwardWeight}; for reverse KL alone use distillation`,
    );
  }
  return {
    name: owner,
    needs: ["teacherLogProbs"],
    learnsFrom: ["student", "others"],
    loss(studentLogits, { completionMask, teacherLogProbs }) {
      const logits = tempered(studentLogits, studentTemperature);
      const [reverse, forward] = [
        between(reverseKl, teacherLogProbs, logits),
        between(forwardKl, teacherLogProbs, logits),
      ];
      const teacherEntropy = entropy(teacherLogProbs);
      const undecided = tf.cast(tf.greater(teacherEntropy, threshold), "float32");
      const loss = weighted(
        tf.add(reverse, tf.mul(forward, tf.mul(undecided, forwardWeight))),
        average(completionMask),
      );
      const mean = (values: tf.Tensor): tf.Scalar => weighted(values, averages.token(completionMask));
      return {
        loss,
        metrics: {
          [`objective/${owner}`]: loss,
          "divergence/reverse-kl": mean(reverse),
          "divergence/forward-kl": mean(forward),
          "teacher/entropy": mean(teacherEntropy),
          "teacher/undecided": mean(undecided),
          "policy/entropy": mean(entropy(studentLogits)),
        },
      };
    },
  };
};

/** `{ "type": "entropy-aware-distillation" }` */
export const definition = define({
  type: "entropy-aware-distillation",
  summary: "Reverse KL, and forward KL besides at tokens where the teacher's entropy is high.",
  parameters,
  create: (values): Objective<"teacherLogProbs"> =>
    entropyAwareDistillation({ ...values, average: averages[values.average] }),
});
