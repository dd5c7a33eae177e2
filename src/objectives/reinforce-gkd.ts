/** RL and on-policy distillation at once: equation 5 of GKD. */
import { Type } from "@sinclair/typebox";
import { define, type ParametersOf, type WithParts } from "../plugins/definition.ts";
import { studentTemperatureSchema } from "./arithmetic/distribution.ts";
import { averages, averageSchema, type Average } from "./arithmetic/averages.ts";
import type { AdvantageEstimator } from "./advantages/advantage.ts";
import { advantageSchemas, createAdvantages, type AdvantageValues } from "./advantages/shaped.ts";
import { distillation, topKSchema, type DistillationNeeds } from "./distillation.ts";
import type { Divergence } from "./divergences/divergence.ts";
import { divergences } from "./divergences/index.ts";
import { ratioSchema } from "./arithmetic/importance.ts";
import type { Objective } from "./objective.ts";
import { policyGradient } from "./policy-gradient.ts";
import { reinforce } from "./reinforce.ts";
import { checkSchedule, scheduleSchema, type Schedule } from "./schedules/schedule.ts";
import { weightedSum } from "./weighted-sum.ts";
import { defined } from "../optional/defined.ts";
import { closedObject } from "../plugins/closed-object.ts";

/** What equation 5 reads; at alpha 0 and 1 less. */
type ReinforceGkdNeeds = "advantages" | "behaviorLogProbs" | "fromStudent" | DistillationNeeds | "progress";

const parameters = {
  alpha: scheduleSchema("Share of distillation: 0 is REINFORCE, 1 is distillation.", { minimum: 0, maximum: 1 }),
  divergence: divergences.schema,
  ...advantageSchemas({ type: "leave-one-out" }, "none"),
  importance: Type.Optional(
    closedObject(
      {
        ratio: ratioSchema("What the ratio of student to behavior is taken of.", "token"),
        truncate: Type.Optional(
          Type.Number({
            exclusiveMinimum: 0,
            description: "Ratios are cut to at most this and held constant; not cut when left out.",
          }),
        ),
      },
      {
        description:
          "Weighs the policy gradient of stale completions (rollouts.maxStaleness, data.replay, " +
          "training.updates) by how much likelier the student makes them now; the divergence is not " +
          "weighed. REINFORCE when left out, which needs fresh ones.",
      },
    ),
  ),
  policyAverage: averageSchema("How the policy gradient is averaged; it changes what alpha means."),
  divergenceAverage: averageSchema("How the tokens' divergences are averaged."),
  studentTemperature: studentTemperatureSchema(
    "The student's logits are divided by it in both terms; the sampling temperature makes the policy " +
      "gradient exact.",
  ),
  topK: topKSchema,
};

/** Parameters of RL with on-policy distillation; the schemas' defaults hold for what is left out. */
export type ReinforceGkdParameters = WithParts<
  Omit<ParametersOf<typeof parameters>, keyof AdvantageValues>,
  {
    readonly alpha: Schedule;
    readonly advantages: AdvantageEstimator<unknown>;
    readonly divergence: Divergence;
    readonly policyAverage?: Average;
    readonly divergenceAverage?: Average;
  }
>;

/**
 * Minimises -(1 - alpha) E[r(y)] + alpha E[D(teacher || student)(y)], y sampled by the student (equation 5 of GKD,
 * Agarwal et al., 2024), by REINFORCE for the first term and directly for the second, without a score-function term for
 * D. At alpha 0 it needs no teacher, at alpha 1 no rewards. On stale completions, drawn by b, `importance` weighs the
 * first term by q / b: with ratios of sequences, not truncated, and `averages.sum` its gradient stays that of E[r]
 * under the student. The second term is not weighed: there E is over y drawn by b, so it imitates the teacher at the
 * prefixes that the student of b's time would reach. What alpha means depends on the size of the divergence and on
 * `policyAverage` (see `reinforce`). `RangeError` for alpha outside [0, 1].
 */
export const reinforceGkd = ({
  alpha,
  advantages,
  importance,
  divergence,
  policyAverage = averages.sequence,
  divergenceAverage = averages.sequence,
  studentTemperature = 1,
  topK,
}: ReinforceGkdParameters): Objective<ReinforceGkdNeeds> => {
  checkSchedule("reinforce-gkd, alpha", alpha, 0, 1);
  const rest = typeof alpha === "number" ? 1 - alpha : { ...alpha, from: 1 - alpha.from, to: 1 - alpha.to };
  const scores = defined({ topK });
  const policy = { advantages, average: policyAverage, studentTemperature };
  const first: Objective<ReinforceGkdNeeds> =
    importance === undefined ? reinforce(policy) : policyGradient({ ...policy, ...importance });
  return weightedSum<ReinforceGkdNeeds>(
    [
      { weight: rest, objective: first },
      {
        weight: alpha,
        objective: distillation({ divergence, average: divergenceAverage, studentTemperature, ...scores }),
      },
    ],
    "reinforce-gkd",
  );
};

/** `{ "type": "reinforce-gkd", "alpha": 0.25, "divergence": { "type": "reverse-kl" } }` */
export const definition = define({
  type: "reinforce-gkd",
  summary: "RL and on-policy distillation at once: (1 - alpha) REINFORCE + alpha distillation (equation 5 of GKD).",
  parameters,
  create: (values): Objective<ReinforceGkdNeeds> =>
    reinforceGkd({
      ...values,
      advantages: createAdvantages(values),
      divergence: divergences.create(values.divergence),
      policyAverage: averages[values.policyAverage],
      divergenceAverage: averages[values.divergenceAverage],
    }),
});
