/**
 * Universal logit distillation: a teacher with another vocabulary, compared by how its probabilities are spread and not
 * by which tokens have them.
 */
import * as tf from "@tensorflow/tfjs";
import { sizeOf } from "../engine/program.ts";
import { define } from "../plugins/definition.ts";
import { averages, averageSchema, weighted, type Average } from "./arithmetic/averages.ts";
import { inChunks } from "./arithmetic/chunks.ts";
import {
  checkTemperature,
  tempered,
  withGradient,
  type ClosedForm,
  studentTemperatureSchema,
} from "./arithmetic/distribution.ts";
import { entropy } from "./arithmetic/entropy.ts";
import type { Objective } from "./objective.ts";

/** [N, W] filled up with zeros to `width`. */
const widened = (sorted: tf.Tensor, width: number): tf.Tensor =>
  tf.pad(sorted, [
    [0, 0],
    [0, width - sorted.shape[1]!],
  ]);

const formula = (teacherLogProbs: tf.Tensor, logits: tf.Tensor): ClosedForm => {
  const leading = logits.shape.slice(0, -1);
  const [N, V, W] = [sizeOf(leading), logits.shape.at(-1)!, teacherLogProbs.shape.at(-1)!];
  const student = tf.softmax(tf.reshape(logits, [N, V]));
  const { values: falling, indices } = tf.topk(student, V, true);
  const teacher = tf.topk(tf.exp(tf.reshape(teacherLogProbs, [N, W])), W, true).values;
  const width = Math.max(V, W);
  const difference = tf.sub(widened(falling, width), widened(teacher, width));
  const slope = tf.slice(tf.sign(difference), [0, 0], [N, V]);
  const rows = tf.expandDims(tf.mul(tf.range(0, N, 1, "int32"), tf.scalar(V, "int32")), -1);
  const positions = tf.reshape(tf.add(indices, rows), [N * V, 1]);
  const unsorted = tf.reshape(tf.tensorScatterUpdate(tf.zeros([N * V]), positions, tf.reshape(slope, [N * V])), [N, V]);
  const mean = tf.sum(tf.mul(falling, slope), -1, true);
  return {
    value: tf.reshape(tf.sum(tf.abs(difference), -1), leading),
    gradient: tf.reshape(tf.mul(student, tf.sub(unsorted, mean)), logits.shape),
  };
};

/**
 * sum_i |P_(i) - Q_(i)|, both in falling order, the shorter filled up with zeros: the Wasserstein distance of the
 * spreads, in [0, 2] (Boizard et al., 2024, arXiv 2402.12030; as there and in TRL's GOLD without a factor 1/2).
 * `teacherLogProbs` [..., W] in nats (no gradient) and `logits` [..., V] -> [...]. Gradient: J(s) with s_j the sign of
 * Q_j minus the teacher's probability of the same rank. Where two of the student's tokens are equally likely the lower
 * id ranks first, which is one of the subgradients; where P_(i) = Q_(i), the sign is 0.
 */
export const universalLogitDistance = (teacherLogProbs: tf.Tensor, logits: tf.Tensor): tf.Tensor =>
  withGradient(logits, (z) => inChunks([teacherLogProbs, z], formula));

/** Parameters of universal logit distillation. */
export interface UniversalLogitDistillationParameters {
  /** Over the positions at which both tokenizers begin a token; `averages.sequence` when left out, as in TRL's GOLD. */
  readonly average?: Average;
  /** The student's distribution is softmax(logits / studentTemperature); 1 when left out. */
  readonly studentTemperature?: number;
}

/**
 * Average of `universalLogitDistance` over the completion's positions at which the student's tokenizer and the
 * teacher's begin a token; the others are masked out. It says nothing about which token is right, so it is weak alone:
 * beside it belongs a term that does, such as `sft`. `RangeError` for a temperature that is not positive.
 */
export const universalLogitDistillation = ({
  average = averages.sequence,
  studentTemperature = 1,
}: UniversalLogitDistillationParameters = {}): Objective<"foreignTeacherLogProbs" | "foreignTeacherMask"> => {
  checkTemperature("universal-logit-distillation", studentTemperature);
  return {
    name: "universal-logit-distillation",
    needs: ["foreignTeacherLogProbs", "foreignTeacherMask"],
    learnsFrom: ["student", "others"],
    loss(studentLogits, { completionMask, foreignTeacherLogProbs, foreignTeacherMask }) {
      const aligned = tf.mul<tf.Tensor2D>(completionMask, foreignTeacherMask);
      const distance = universalLogitDistance(foreignTeacherLogProbs, tempered(studentLogits, studentTemperature));
      const loss = weighted(distance, average(aligned));
      const perToken = averages.token(completionMask);
      return {
        loss,
        metrics: {
          "objective/universal-logit-distillation": loss,
          "divergence/universal-logit": weighted(distance, averages.token(aligned)),
          "teacher/aligned": weighted(foreignTeacherMask, perToken),
          "policy/entropy": weighted(entropy(studentLogits), perToken),
        },
      };
    },
  };
};

/** `{ "type": "universal-logit-distillation" }` */
export const definition = define({
  type: "universal-logit-distillation",
  summary:
    "Distillation from a teacher with another tokenizer: the distance of the sorted probabilities, where " +
    "both begin a token.",
  parameters: {
    average: averageSchema("How the distances of the aligned positions are averaged."),
    studentTemperature: studentTemperatureSchema("The student's logits are divided by it within the loss."),
  },
  create: (values): Objective<"foreignTeacherLogProbs" | "foreignTeacherMask"> =>
    universalLogitDistillation({ ...values, average: averages[values.average] }),
});
