/** Distillation: the student's next-token distributions are pulled to the teacher's, on whatever sequences the batch holds. */
import { Type } from "@sinclair/typebox";
import { define } from "../plugins/definition.ts";
import { averages, averageSchema, weighted, type Average } from "./averages.ts";
import { checkTemperature, tempered } from "./distribution.ts";
import type { Divergence } from "./divergences/divergence.ts";
import { divergences } from "./divergences/index.ts";
import { entropy } from "./entropy.ts";
import type { Objective } from "./objective.ts";

/** What distillation can be told. */
export interface DistillationParameters {
  readonly divergence: Divergence;
  /** Over tokens; `averages.sequence` (equation 2) when left out. */
  readonly average?: Average;
  /** The student's distribution is softmax(logits / studentTemperature); 1 when left out. The loss is not rescaled by its square. */
  readonly studentTemperature?: number;
}

/**
 * Average of D(teacher || student) over completion tokens, in nats (equation 2 of GKD, Agarwal et al., 2024). The gradient goes through the
 * student's distributions and never through the sampling of sequences. On fixed sequences it is supervised distillation, on the student's own
 * on-policy distillation. `RangeError` for a temperature that is not positive.
 */
export const distillation = ({
  divergence,
  average = averages.sequence,
  studentTemperature = 1,
}: DistillationParameters): Objective<"teacherLogProbs"> => {
  checkTemperature("distillation", studentTemperature);
  return {
    name: "distillation",
    needs: ["teacherLogProbs"],
    loss(studentLogits, { completionMask, teacherLogProbs }) {
      const nats = divergence.between(teacherLogProbs, tempered(studentLogits, studentTemperature));
      const perToken = averages.token(completionMask);
      const loss = weighted(nats, average(completionMask));
      return {
        loss,
        metrics: {
          "objective/distillation": loss,
          [`divergence/${divergence.name}`]: weighted(nats, perToken),
          "policy/entropy": weighted(entropy(studentLogits), perToken),
        },
      };
    },
  };
};

/** `{ "type": "distillation", "divergence": { "type": "forward-kl" } }` */
export const definition = define({
  type: "distillation",
  summary: "Distillation: the divergence of the student from the teacher, averaged over completion tokens.",
  parameters: Type.Object(
    {
      divergence: divergences.schema,
      average: averageSchema("How the tokens' divergences are averaged."),
      studentTemperature: Type.Number({
        default: 1,
        exclusiveMinimum: 0,
        description: "The student's logits are divided by it within the loss.",
      }),
    },
    { additionalProperties: false },
  ),
  create: ({ divergence, average, studentTemperature }): Objective<"teacherLogProbs"> =>
    distillation({ divergence: divergences.create(divergence), average: averages[average], studentTemperature }),
});
