/**
 * GRPO: the clipped policy gradient, with advantages normalised within the prompt's group, and a KL to the reference as
 * a loss.
 */
import { define } from "../plugins/definition.ts";
import { studentTemperatureSchema } from "./arithmetic/distribution.ts";
import { rewardSchemas, shapedAdvantages } from "./advantages/shaped.ts";
import { averages, averageSchema, type Average } from "./arithmetic/averages.ts";
import { groupMean } from "./baselines/group-mean.ts";
import { ratioSchema, type RatioLevel } from "./arithmetic/importance.ts";
import type { Objective } from "./objective.ts";
import { clipSchema, policyGradient, type Clip } from "./policy-gradient.ts";
import { sampledKl, type SampledKlSignal } from "./sampled-kl.ts";
import { scheduleSchema, type Schedule } from "./schedules/schedule.ts";
import { weightedSum } from "./weighted-sum.ts";
import { defined } from "../optional/defined.ts";

/** What GRPO can be told. */
export interface GrpoParameters {
  /** Weight of the KL to the reference; 0.04 when left out, and no reference is needed at 0. */
  readonly beta?: Schedule;
  /** { low: 0.2, high: 0.2 } when left out. */
  readonly clip?: Clip;
  /** "token" when left out; "geometric" makes it GSPO. */
  readonly ratio?: RatioLevel;
  /** Of both terms, over tokens; `averages.sequence` when left out, `averages.token` as in DAPO. */
  readonly average?: Average;
  /** Rewards are multiplied by it; 1 when left out. */
  readonly rewardScale?: number;
  /** Then they are cut to this size; not when left out. */
  readonly rewardClip?: number;
  /** 1 when left out. */
  readonly studentTemperature?: number;
}

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
  parameters: {
    beta: scheduleSchema("Weight of the KL to the reference; 0 needs no reference.", { minimum: 0, default: 0.04 }),
    clip: clipSchema({ low: 0.2, high: 0.2 }),
    ratio: ratioSchema("What the ratio of student to behavior is taken of.", "token"),
    average: averageSchema("How the tokens' losses are averaged, in both terms."),
    ...rewardSchemas(),
    studentTemperature: studentTemperatureSchema(
      "The student's logits are divided by it within the loss; the sampling temperature makes the ratios exact.",
    ),
  },
  create: ({ rewardClip, average, ...others }): Objective<GrpoSignal> =>
    grpo({ ...others, average: averages[average], ...defined({ rewardClip }) }),
});
