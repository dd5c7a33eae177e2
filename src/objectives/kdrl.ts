/**
 * KDRL: the reward and a teacher at once, as GRPO with the reverse KL to the teacher instead of the KL to the
 * reference.
 */
import { define, type ParametersOf, type WithParts } from "../plugins/definition.ts";
import { studentTemperatureSchema } from "./arithmetic/distribution.ts";
import { rewardSchemas } from "./advantages/shaped.ts";
import { averages, averageSchema, type Average } from "./arithmetic/averages.ts";
import { grpo, type GrpoSignal } from "./grpo.ts";
import type { Objective } from "./objective.ts";
import { clipSchema } from "./policy-gradient.ts";
import { sampledKl } from "./sampled-kl.ts";
import { scheduleSchema, type Schedule } from "./schedules/schedule.ts";
import { weightedSum } from "./weighted-sum.ts";

const annealed: Schedule = { from: 5e-3, to: 1e-3 };

const parameters = {
  beta: scheduleSchema("Weight of the reverse KL to the teacher.", { minimum: 0, default: annealed }),
  clip: clipSchema({ low: 0.2, high: 0.2 }),
  average: averageSchema("How the tokens' losses are averaged, in both terms.", "token"),
  ...rewardSchemas(),
  studentTemperature: studentTemperatureSchema(
    "The student's logits are divided by it within the loss; the sampling temperature makes the ratios exact.",
  ),
};

/** Parameters of KDRL; the schemas' defaults hold for what is left out. */
export type KdrlParameters = WithParts<ParametersOf<typeof parameters>, { readonly average?: Average }>;

/**
 * `grpo` (no reference; by token) + beta(t) `sampledKl` (k2 to the teacher) (Xu et al., 2025, arXiv 2506.02208). The
 * second term's expected gradient is beta times that of the reverse KL KL(q || teacher) at every prefix, the prefixes
 * as they were drawn: stale tokens are weighed by their own ratio, which is 1 on fresh ones. The first is biased as
 * `grpo` says. The paper's variant that spares completions of high reward from the teacher is not here. `RangeError`
 * for settings that `policyGradient` or `sampledKl` refuse, and a beta below 0.
 */
export const kdrl = ({
  beta = annealed,
  average = averages.token,
  studentTemperature = 1,
  ...others
}: KdrlParameters = {}): Objective<GrpoSignal> =>
  weightedSum<GrpoSignal>(
    [
      { weight: 1, objective: grpo({ ...others, beta: 0, average, studentTemperature }) },
      {
        weight: beta,
        objective: sampledKl({ to: "teacher", estimator: "k2", importance: "token", average, studentTemperature }),
      },
    ],
    "kdrl",
  );

/** `{ "type": "kdrl" }` */
export const definition = define({
  type: "kdrl",
  summary:
    "KDRL: GRPO and the reverse KL to the teacher (k2) on the same rollouts, the teacher's weight falling " +
    "over the run.",
  parameters,
  create: (values): Objective<GrpoSignal> => kdrl({ ...values, average: averages[values.average] }),
});
