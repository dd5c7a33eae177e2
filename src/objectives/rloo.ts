/** RLOO: REINFORCE with the leave-one-out baseline, summed over tokens, and the KL to the reference in the reward. */
import { define, type ParametersOf } from "../plugins/definition.ts";
import { studentTemperatureSchema } from "./arithmetic/distribution.ts";
import { rewardSchemas, shapedAdvantages } from "./advantages/shaped.ts";
import { averages } from "./arithmetic/averages.ts";
import { leaveOneOut } from "./baselines/leave-one-out.ts";
import type { Objective } from "./objective.ts";
import { reinforce } from "./reinforce.ts";
import { sampledKl, type SampledKlSignal } from "./sampled-kl.ts";
import { scheduleSchema } from "./schedules/schedule.ts";
import { weightedSum } from "./weighted-sum.ts";

const parameters = {
  beta: scheduleSchema("Weight of the KL to the reference; 0 needs no reference.", { minimum: 0, default: 0.05 }),
  ...rewardSchemas(),
  studentTemperature: studentTemperatureSchema(
    "The student's logits are divided by it within the loss; the sampling temperature makes the gradient exact.",
  ),
};

/** Parameters of RLOO; the schemas' defaults hold for what is left out. */
export type RlooParameters = Partial<ParametersOf<typeof parameters>>;

/**
 * `reinforce` (leave-one-out, sum) + beta `sampledKl` (k1 to the reference, sum) (Ahmadian et al., 2024, arXiv
 * 2402.14740). The expected gradient is that of -(E[r] - beta KL(q || reference)) of whole sequences, without bias. The
 * paper subtracts beta times the sequence's log-ratio from the reward before the baseline; here each token answers for
 * its own and later log-ratios: the same expectation. `RangeError` for a beta below 0, a scale or clip that is not
 * positive, and a temperature that is not positive.
 */
export const rloo = ({ beta = 0.05, studentTemperature = 1, ...shaping }: RlooParameters = {}): Objective<
  "advantages" | SampledKlSignal
> =>
  weightedSum<"advantages" | SampledKlSignal>(
    [
      {
        weight: 1,
        objective: reinforce({
          advantages: shapedAdvantages({ ...shaping, baseline: leaveOneOut }),
          average: averages.sum,
          studentTemperature,
        }),
      },
      { weight: beta, objective: sampledKl({ to: "reference", average: averages.sum, studentTemperature }) },
    ],
    "rloo",
  );

/** `{ "type": "rloo" }` */
export const definition = define({
  type: "rloo",
  summary:
    "RLOO: REINFORCE with the leave-one-out baseline, summed over tokens, and the KL to the reference in the reward.",
  parameters,
  create: rloo,
});
