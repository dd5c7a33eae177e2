/**
 * Distillation: the student's next-token distributions are pulled to the teacher's, on whatever sequences the batch
 * holds.
 */
import { Type } from "@sinclair/typebox";
import type * as tf from "@tensorflow/tfjs";
import { define } from "../plugins/definition.ts";
import { averages, averageSchema, weighted, type Average } from "./arithmetic/averages.ts";
import { checkTemperature, tempered, studentTemperatureSchema } from "./arithmetic/distribution.ts";
import { between } from "./divergences/between.ts";
import type { Divergence } from "./divergences/divergence.ts";
import { divergences } from "./divergences/index.ts";
import { betweenTopK, checkTail } from "./divergences/top-k.ts";
import { entropy } from "./arithmetic/entropy.ts";
import type { Objective, Signals, TokenBatch } from "./objective.ts";

/** Parameters of distillation. */
export interface DistillationParameters {
  readonly divergence: Divergence;
  /** Over tokens; `averages.sequence` (equation 2) when left out. */
  readonly average?: Average;
  /**
   * The student's distribution is softmax(logits / studentTemperature); 1 when left out. The loss is not rescaled by
   * its square.
   */
  readonly studentTemperature?: number;
  /** Only the K likeliest tokens of the teacher, and the rest as one outcome; the whole vocabulary when left out. */
  readonly topK?: number;
}

/** What distillation reads: the teacher's whole distributions, or with `topK` its likeliest tokens. */
export type DistillationNeeds = "teacherLogProbs" | "teacherTopKIds" | "teacherTopKLogProbs";

/** Schema of `topK`. */
export const topKSchema = Type.Optional(
  Type.Integer({
    minimum: 1,
    description:
      "Reads only the teacher's K likeliest tokens, with all others merged into one outcome: a lower bound " +
      "of the divergence, for large vocabularies. The whole vocabulary when left out.",
  }),
);

/** The divergence at every position [B, T], from whichever scores there are. */
const nats = (
  { divergence, topK }: DistillationParameters,
  logits: tf.Tensor3D,
  { teacherLogProbs, teacherTopKIds, teacherTopKLogProbs }: TokenBatch & Pick<Signals, DistillationNeeds>,
): tf.Tensor =>
  topK === undefined
    ? between(divergence, teacherLogProbs, logits)
    : betweenTopK(divergence, teacherTopKIds, teacherTopKLogProbs, logits);

/**
 * The scores that are read, and how many a position. `RangeError` for a `topK` below 1 and a divergence that refuses a
 * merged tail.
 */
const scoresOf = ({
  divergence,
  topK,
}: DistillationParameters): Pick<Objective<DistillationNeeds>, "needs" | "topK"> => {
  if (topK === undefined) return { needs: ["teacherLogProbs"] };
  if (!Number.isInteger(topK) || topK < 1)
    throw new RangeError(`distillation: expected a whole topK of at least 1, got ${topK}`);
  checkTail(divergence);
  return { needs: ["teacherTopKIds", "teacherTopKLogProbs"], topK };
};

/**
 * Average of D(teacher || student) over completion tokens, in nats (equation 2 of GKD, Agarwal et al., 2024). The
 * gradient goes through the student's distributions and never through the sampling of sequences. On fixed sequences it
 * is supervised distillation, on the student's own on-policy distillation; on sequences that the student drew some
 * steps ago (`rollouts.maxStaleness`, replays) it is the average over the prefixes that the student of then drew,
 * without importance weights: off-policy in its prefixes, exact at each of them. With `topK` the divergence is
 * that of the merged distributions (`betweenTopK`). `RangeError` for a temperature that is not positive, and for a
 * `topK` below 1 or of a divergence that is not defined on a merged tail.
 */
export function distillation(
  parameters: DistillationParameters & { readonly topK?: never },
): Objective<"teacherLogProbs">;
export function distillation(
  parameters: DistillationParameters & { readonly topK: number },
): Objective<"teacherTopKIds" | "teacherTopKLogProbs">;
export function distillation(parameters: DistillationParameters): Objective<DistillationNeeds>;
export function distillation(parameters: DistillationParameters): Objective<DistillationNeeds> {
  const { divergence, average = averages.sequence, studentTemperature = 1 } = parameters;
  checkTemperature("distillation", studentTemperature);
  return {
    name: "distillation",
    ...scoresOf(parameters),
    learnsFrom: ["student", "others"],
    loss(studentLogits, batch) {
      const perPosition = nats(parameters, tempered(studentLogits, studentTemperature), batch);
      const perToken = averages.token(batch.completionMask);
      const loss = weighted(perPosition, average(batch.completionMask));
      return {
        loss,
        metrics: {
          "objective/distillation": loss,
          [`divergence/${divergence.name}`]: weighted(perPosition, perToken),
          "policy/entropy": weighted(entropy(studentLogits), perToken),
        },
      };
    },
  };
}

/** `{ "type": "distillation", "divergence": { "type": "forward-kl" } }` */
export const definition = define({
  type: "distillation",
  summary: "Distillation: the divergence of the student from the teacher, averaged over completion tokens.",
  parameters: {
    divergence: divergences.schema,
    average: averageSchema("How the tokens' divergences are averaged."),
    studentTemperature: studentTemperatureSchema("The student's logits are divided by it within the loss."),
    topK: topKSchema,
  },
  create: (values): Objective<DistillationNeeds> =>
    distillation({
      ...values,
      divergence: divergences.create(values.divergence),
      average: averages[values.average],
    }),
});
