/**
 * Advantages from a baseline: rewards are scaled and clipped, the baseline is subtracted, and the rest may be
 * normalised.
 */
import { Type } from "@sinclair/typebox";
import type { Baseline } from "../baselines/baseline.ts";
import { baselines, type BaselineValues } from "../baselines/index.ts";
import type { ParametersOf, WithParts } from "../../plugins/definition.ts";
import type { AdvantageEstimator } from "./advantage.ts";

/**
 * What advantages are divided by: nothing, their prompt's standard deviation (GRPO), or that of the whole step
 * (whitening).
 */
export type Normalization = "none" | "group" | "batch";

/** Parameters of shaped advantages: by default rewards are not scaled, clipped or normalised. */
export type ShapedParameters = WithParts<AdvantageValues, { readonly baseline: Baseline<unknown> }>;

/** Added to a standard deviation, as in TRL: equal rewards have advantages of zero and not of zero by zero. */
const epsilon = 1e-4;

const deviation = (values: Float32Array): { mean: number; deviation: number } => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / Math.max(1, values.length - 1)) };
};

/** In place. */
const normalizers: Readonly<
  Record<Normalization, (advantages: Float32Array, rewards: Float32Array, group: number) => void>
> = {
  none: () => undefined,
  group(advantages, rewards, group) {
    if (group < 2) {
      throw new RangeError(
        "advantages: expected at least 2 completions of each prompt to normalise by group, got groups of 1; " +
          'sample more, such as 4, or use "batch"',
      );
    }
    for (let start = 0; start < rewards.length; start += group) {
      const spread = deviation(rewards.subarray(start, start + group)).deviation + epsilon;
      for (let i = start; i < start + group; i += 1) advantages[i] = advantages[i]! / spread;
    }
  },
  batch(advantages) {
    if (advantages.length === 0) return;
    const { mean, deviation: spread } = deviation(advantages);
    for (const [i, advantage] of advantages.entries()) advantages[i] = (advantage - mean) / (spread + epsilon);
  },
};

const positive = (name: string, value: number): void => {
  if (!(value > 0 && Number.isFinite(value)))
    throw new RangeError(`advantages: expected ${name} above 0, got ${value}`);
};

/**
 * A = (clip(scale r) - b) / normaliser. `none` leaves an unbiased estimate of the policy gradient (times the scale)
 * when nothing is clipped and the baseline is unbiased. `group` divides by the sample standard deviation of the
 * prompt's rewards + 1e-4 (GRPO as TRL computes it): each prompt's gradient is rescaled by its own difficulty, so the
 * expected gradient is no longer that of the mean reward. `batch` subtracts the step's mean advantage and divides by
 * its sample standard deviation + 1e-4 (whitening; REINFORCE++ does so over tokens, which weighs each completion by its
 * length): biased too, as the mean and the deviation depend on each completion's own reward. `RangeError` for a scale
 * or clip that is not positive, and from `estimate` for normalisation by groups of one.
 */
export const shapedAdvantages = ({
  baseline,
  rewardScale = 1,
  rewardClip = Infinity,
  normalize = "none",
}: ShapedParameters): AdvantageEstimator<unknown> => {
  positive("rewardScale", rewardScale);
  if (rewardClip !== Infinity) positive("rewardClip", rewardClip);
  return {
    name: [`scale ${rewardScale}`, `clip ${rewardClip}`, baseline.name, `normalize ${normalize}`].join(", "),
    initial: baseline.initial,
    estimate(raw, group, state) {
      const scaled = raw.map((reward) => rewardScale * reward);
      const rewards = scaled.map((reward) => Math.min(rewardClip, Math.max(-rewardClip, reward)));
      const cut =
        rewardClip === Infinity
          ? {}
          : { cut: rewards.filter((reward, i) => reward !== scaled[i]).length / rewards.length };
      const { baselines: expected, state: next } = baseline.estimate(rewards, group, state);
      const advantages = rewards.map((reward, i) => reward - expected[i]!);
      normalizers[normalize](advantages, rewards, group);
      return { advantages, rewards, ...cut, state: next };
    },
  };
};

/** Schemas of how rewards are shaped before anything is made of them. */
export const rewardSchemas = () => ({
  rewardScale: Type.Number({ default: 1, exclusiveMinimum: 0, description: "Rewards are multiplied by it." }),
  rewardClip: Type.Optional(
    Type.Number({ exclusiveMinimum: 0, description: "Scaled rewards are cut to at most this size." }),
  ),
});

/**
 * Schemas of the advantages of every policy gradient; `baseline` and `normalize` are its defaults.
 */
export const advantageSchemas = (baseline: BaselineValues, normalize: Normalization) => ({
  baseline: Type.Unsafe<BaselineValues>({ ...baselines.schema, default: baseline }),
  ...rewardSchemas(),
  normalize: Type.Unsafe<Normalization>({
    type: "string",
    enum: ["none", "group", "batch"],
    default: normalize,
    description:
      "What advantages are divided by. none: unbiased. group: the standard deviation of the prompt's rewards " +
      "(GRPO). batch: that of the step, after its mean is subtracted (whitening).",
  }),
});

/** Values of `advantageSchemas`. */
export type AdvantageValues = ParametersOf<ReturnType<typeof advantageSchemas>>;

/** The estimator of validated values. */
export const createAdvantages = (values: AdvantageValues): AdvantageEstimator<unknown> =>
  shapedAdvantages({ ...values, baseline: baselines.create(values.baseline) });
