/** Dr. GRPO: GRPO without what biases it by difficulty and by length. */
import { define, type ParametersOf } from "../plugins/definition.ts";
import { studentTemperatureSchema } from "./arithmetic/distribution.ts";
import { rewardSchemas, shapedAdvantages } from "./advantages/shaped.ts";
import { averages } from "./arithmetic/averages.ts";
import { groupMean } from "./baselines/group-mean.ts";
import type { GrpoSignal } from "./grpo.ts";
import type { Objective } from "./objective.ts";
import { clipSchema, policyGradient } from "./policy-gradient.ts";
import { sampledKl } from "./sampled-kl.ts";
import { scheduleSchema } from "./schedules/schedule.ts";
import { weightedSum } from "./weighted-sum.ts";

const parameters = {
  beta: scheduleSchema("Weight of the KL to the reference; 0 needs no reference.", { minimum: 0, default: 0 }),
  clip: clipSchema({ low: 0.2, high: 0.2 }),
  ...rewardSchemas(),
  studentTemperature: studentTemperatureSchema(
    "The student's logits are divided by it within the loss; the sampling temperature makes the ratios exact.",
  ),
};

/** Parameters of Dr. GRPO; the schemas' defaults hold for what is left out. */
export type DrGrpoParameters = Partial<ParametersOf<typeof parameters>>;

/**
 * `policyGradient` (group mean, no deviation; clipped; divided by the constant width T of the batch) + beta `sampledKl`
 * (k3 to the reference) (Liu et al., 2025, arXiv 2503.20783). On the student's own completions its expected gradient is
 * (G - 1)/(G T) of that of E[r]: the right direction. `RangeError` for settings that `policyGradient` or `sampledKl`
 * refuse, and a beta below 0.
 */
export const drGrpo = ({
  beta = 0,
  clip = { low: 0.2, high: 0.2 },
  studentTemperature = 1,
  ...shaping
}: DrGrpoParameters = {}): Objective<GrpoSignal> => {
  const common = { average: averages.constant, studentTemperature };
  return weightedSum<GrpoSignal>(
    [
      {
        weight: 1,
        objective: policyGradient({
          advantages: shapedAdvantages({ ...shaping, baseline: groupMean }),
          clip,
          ...common,
        }),
      },
      { weight: beta, objective: sampledKl({ to: "reference", estimator: "k3", importance: "token", ...common }) },
    ],
    "dr-grpo",
  );
};

/** `{ "type": "dr-grpo" }` */
export const definition = define({
  type: "dr-grpo",
  summary: "Dr. GRPO: GRPO without the division by the group's deviation and by the completion's length.",
  parameters,
  create: drGrpo,
});
