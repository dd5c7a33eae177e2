/**
 * GRPO: the clipped policy gradient, with advantages normalised within the prompt's group, and a KL to the reference as
 * a loss.
 */
import { define, type ParametersOf, type WithParts } from "../plugins/definition.ts";
import { studentTemperatureSchema } from "./arithmetic/distribution.ts";
import { rewardSchemas, shapedAdvantages } from "./advantages/shaped.ts";
import { averages, averageSchema, type Average } from "./arithmetic/averages.ts";
import { groupMean } from "./baselines/group-mean.ts";
import { ratioSchema } from "./arithmetic/importance.ts";
import type { Objective } from "./objective.ts";
import { clipSchema, policyGradient } from "./policy-gradient.ts";
import { sampledKl, type SampledKlSignal } from "./sampled-kl.ts";
import { scheduleSchema } from "./schedules/schedule.ts";
import { weightedSum } from "./weighted-sum.ts";

const parameters = {
  beta: scheduleSchema("Weight of the KL to the reference; 0 needs no reference.", { minimum: 0, default: 0.04 }),
  clip: clipSchema({ low: 0.2, high: 0.2 }),
  ratio: ratioSchema("What the ratio of student to behavior is taken of.", "token"),
  average: averageSchema("How the tokens' losses are averaged, in both terms."),
  ...rewardSchemas(),
  studentTemperature: studentTemperatureSchema(
    "The student's logits are divided by it within the loss; the sampling temperature makes the ratios exact.",
  ),
};

/**
 * Parameters of GRPO; the schemas' defaults hold for what is left out. The ratio "geometric" makes it GSPO;
 * `averages.token` is DAPO's.
 */
export type GrpoParameters = WithParts<ParametersOf<typeof parameters>, { readonly average?: Average }>;

/** What GRPO reads. */
export type GrpoSignal = "advantages" | SampledKlSignal;

/**
 * `policyGradient` (group mean, divided by the group's deviation; clipped; by sequence) + beta `sampledKl` (k3 to the
 * reference) (Shao et al., 2024, arXiv 2402.03300). Not the gradient of E[r] - beta KL: the group's own mean takes 1/G
 * of it away, its deviation weighs each prompt by how unsure its reward is (with binary rewards, by 1 / sqrt(p (1 -
 * p))), the average by sequence divides each completion by its length, clipping cuts, and k3's gradient is that of the
 * forward KL at the prefixes as they were drawn. Stale tokens of k3 are weighed by their ratio, which is 1 on fresh
 * ones: the paper leaves them as they are, and then the gradient is that of no KL. `RangeError` for settings that
 * `policyGradient` or `sampledKl` refuse, and a beta below 0.
 */
export const grpo = ({
  beta = 0.04,
  clip = { low: 0.2, high: 0.2 },
  ratio = "token",
  average = averages.sequence,
  studentTemperature = 1,
  ...shaping
}: GrpoParameters = {}): Objective<GrpoSignal> =>
  weightedSum<GrpoSignal>(
    [
      {
        weight: 1,
        objective: policyGradient({
          advantages: shapedAdvantages({ ...shaping, baseline: groupMean, normalize: "group" }),
          ratio,
          clip,
          average,
          studentTemperature,
        }),
      },
      {
        weight: beta,
        objective: sampledKl({ to: "reference", estimator: "k3", importance: "token", average, studentTemperature }),
      },
    ],
    "grpo",
  );

/** `{ "type": "grpo" }` */
export const definition = define({
  type: "grpo",
  summary:
    "GRPO: the clipped policy gradient with advantages normalised within the group, and k3 to the reference as a loss.",
  parameters,
  create: (values): Objective<GrpoSignal> => grpo({ ...values, average: averages[values.average] }),
});
