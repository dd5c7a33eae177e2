/** RL and on-policy distillation at once: equation 5 of GKD. */
import { Type } from "@sinclair/typebox";
import { define } from "../plugins/definition.ts";
import { averages, averageSchema, type Average } from "./averages.ts";
import type { Baseline } from "./baselines/baseline.ts";
import { baselines, type BaselineValues } from "./baselines/index.ts";
import { distillation } from "./distillation.ts";
import type { Divergence } from "./divergences/divergence.ts";
import { divergences } from "./divergences/index.ts";
import type { Objective } from "./objective.ts";
import { reinforce } from "./reinforce.ts";
import { weightedSum } from "./weighted-sum.ts";

/** What RL with on-policy distillation can be told. */
export interface ReinforceGkdParameters {
  /** Share of distillation, in [0, 1]. */
  readonly alpha: number;
  readonly baseline: Baseline<unknown>;
  readonly divergence: Divergence;
  /** Of the policy gradient, over tokens; `averages.sequence` when left out. */
  readonly policyAverage?: Average;
  /** Of the divergence, over tokens; `averages.sequence` when left out. */
  readonly divergenceAverage?: Average;
  /** Of both terms; 1 when left out. */
  readonly studentTemperature?: number;
}

/**
 * Minimises -(1 - alpha) E[r(y)] + alpha E[D(teacher || student)(y)], y sampled by the student (equation 5 of GKD, Agarwal et al., 2024), by
 * REINFORCE for the first term and directly for the second, without a score-function term for D. At alpha 0 it needs no teacher, at alpha 1 no
 * rewards. What alpha means depends on the size of the divergence and on `policyAverage` (see `reinforce`). `RangeError` for alpha outside [0, 1].
 */
export const reinforceGkd = ({
  alpha,
  baseline,
  divergence,
  policyAverage = averages.sequence,
  divergenceAverage = averages.sequence,
  studentTemperature = 1,
}: ReinforceGkdParameters): Objective<"advantages" | "teacherLogProbs"> => {
  if (!(alpha >= 0 && alpha <= 1)) throw new RangeError(`reinforce-gkd: expected alpha in [0, 1], got ${alpha}`);
  return weightedSum<"advantages" | "teacherLogProbs">(
    [
      { weight: 1 - alpha, objective: reinforce({ baseline, average: policyAverage, studentTemperature }) },
      { weight: alpha, objective: distillation({ divergence, average: divergenceAverage, studentTemperature }) },
    ],
    "reinforce-gkd",
  );
};

/** `{ "type": "reinforce-gkd", "alpha": 0.25, "divergence": { "type": "reverse-kl" } }` */
export const definition = define({
  type: "reinforce-gkd",
  summary: "RL and on-policy distillation at once: (1 - alpha) REINFORCE + alpha distillation (equation 5 of GKD).",
  parameters: Type.Object(
    {
      alpha: Type.Number({ minimum: 0, maximum: 1, description: "Share of distillation: 0 is REINFORCE, 1 is distillation." }),
      divergence: divergences.schema,
      baseline: Type.Unsafe<BaselineValues>({ ...baselines.schema, default: { type: "leave-one-out" } satisfies BaselineValues }),
      policyAverage: averageSchema("How the policy gradient is averaged; it changes what alpha means."),
      divergenceAverage: averageSchema("How the tokens' divergences are averaged."),
      studentTemperature: Type.Number({
        default: 1,
        exclusiveMinimum: 0,
        description: "The student's logits are divided by it in both terms; the sampling temperature makes the policy gradient exact.",
      }),
    },
    { additionalProperties: false },
  ),
  create: ({ baseline, divergence, policyAverage, divergenceAverage, ...others }): Objective<"advantages" | "teacherLogProbs"> =>
    reinforceGkd({
      ...others,
      baseline: baselines.create(baseline),
      divergence: divergences.create(divergence),
      policyAverage: averages[policyAverage],
      divergenceAverage: averages[divergenceAverage],
    }),
});
