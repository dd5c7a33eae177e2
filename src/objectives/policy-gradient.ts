/**
 * The policy gradient for stale rollouts: importance ratios to the distribution that drew the tokens, as they are,
 * clipped, or truncated.
 */
import { Type } from "@sinclair/typebox";
import * as tf from "@tensorflow/tfjs";
import { define, type ParametersOf, type WithParts } from "../plugins/definition.ts";
import type { AdvantageEstimator } from "./advantages/advantage.ts";
import { advantageSchemas, createAdvantages, type AdvantageValues } from "./advantages/shaped.ts";
import { averages, averageSchema, sampledByStudent, weighted, type Average } from "./arithmetic/averages.ts";
import { checkTemperature, tempered, studentTemperatureSchema } from "./arithmetic/distribution.ts";
import { entropy } from "./arithmetic/entropy.ts";
import { importanceRatios, lengthsOf, ratioSchema, saturated } from "./arithmetic/importance.ts";
import { logProbLoss } from "./arithmetic/log-prob-loss.ts";
import type { Objective } from "./objective.ts";
import { tokenLogProbs } from "./arithmetic/token-log-probs.ts";
import { defined } from "../optional/defined.ts";
import { closedObject } from "../plugins/closed-object.ts";

/** How far a ratio counts: inside [1 - low, 1 + high]. */
export interface Clip {
  /** In (0, 1]. */
  readonly low: number;
  /** Above 0; larger than `low` is "clip-higher" (DAPO, Yu et al., 2025, arXiv 2503.14476). */
  readonly high: number;
}

/** Schemas of clipping and its defaults. */
export const clipSchema = (standard?: Clip) =>
  closedObject(
    {
      low: Type.Number({
        default: 0.2,
        exclusiveMinimum: 0,
        maximum: 1,
        description: "Ratios below 1 - low are clipped.",
      }),
      high: Type.Number({
        default: 0.2,
        exclusiveMinimum: 0,
        description: "Ratios above 1 + high are clipped; larger than low is clip-higher.",
      }),
    },
    {
      description: "Tokens whose ratio left [1 - low, 1 + high] in the advantage's direction get no gradient (PPO).",
      ...defined({ default: standard }),
    },
  );

const parameters = {
  ...advantageSchemas({ type: "leave-one-out" }, "none"),
  ratio: ratioSchema("What the ratio of student to behavior is taken of.", "token"),
  clip: Type.Optional(clipSchema()),
  truncate: Type.Optional(
    Type.Number({
      exclusiveMinimum: 0,
      description: "Ratios are cut to at most this and held constant (CISPO); not beside clip.",
    }),
  ),
  average: averageSchema("How the tokens' losses are averaged; sum is unbiased for the expected reward."),
  studentTemperature: studentTemperatureSchema(
    "The student's logits are divided by it within the loss; the sampling temperature makes the ratios exact.",
  ),
};

/**
 * Parameters of the policy gradient; the schemas' defaults hold for what is left out. Log-probs are those of
 * softmax(logits / studentTemperature).
 */
export type PolicyGradientParameters = WithParts<
  Omit<ParametersOf<typeof parameters>, keyof AdvantageValues>,
  { readonly advantages: AdvantageEstimator<unknown>; readonly average?: Average }
>;

/** The loss [B, T] at a ratio, its derivative [B, T] by the log of that ratio, and where [B, T] the ratio was cut. */
interface Surrogate {
  readonly value: tf.Tensor;
  readonly derivative: tf.Tensor;
  readonly cut: tf.Tensor;
}

type Correction = (ratios: tf.Tensor2D, advantages: tf.Tensor, logProbs: tf.Tensor) => Surrogate;

/** -R A. */
const plain: Correction = (ratios, advantages) => {
  const value = tf.neg(tf.mul(ratios, advantages));
  return { value, derivative: value, cut: tf.zerosLike(ratios) };
};

/** -min(R A, clip(R) A): where the clipped term is the smaller one, it is constant. */
const clipped =
  ({ low, high }: Clip): Correction =>
  (ratios, advantages) => {
    const free = tf.neg(tf.mul(ratios, advantages));
    const bound = tf.neg(tf.mul(tf.clipByValue(ratios, 1 - low, 1 + high), advantages));
    const cut = tf.cast(tf.greater(bound, free), "float32");
    return { value: tf.maximum(free, bound), derivative: tf.mul(free, tf.sub(1, cut)), cut };
  };

/** -min(R, cap) A log q, the ratio constant. */
const truncated =
  (cap: number): Correction =>
  (ratios, advantages, logProbs) => {
    const derivative = tf.neg(tf.mul(tf.minimum(ratios, cap), advantages));
    return { value: tf.mul(derivative, logProbs), derivative, cut: tf.cast(tf.greater(ratios, cap), "float32") };
  };

const correctionOf = (clip: Clip | undefined, truncate: number | undefined): Correction => {
  if (clip !== undefined && truncate !== undefined) {
    throw new RangeError("policy-gradient: expected clip or truncate, got both; a ratio is cut in one way");
  }
  if (clip !== undefined) {
    if (!(clip.low > 0 && clip.low <= 1 && clip.high > 0)) {
      throw new RangeError(
        `policy-gradient: expected clip.low in (0, 1] and clip.high above 0, got ${clip.low} and ${clip.high}`,
      );
    }
    return clipped(clip);
  }
  if (truncate === undefined) return plain;
  if (!(truncate > 0)) throw new RangeError(`policy-gradient: expected truncate above 0, got ${truncate}`);
  return truncated(truncate);
};

/**
 * -average over tokens of R A, R the ratio of the student q to the behavior b that drew the tokens, A = reward -
 * baseline; in units of reward. Its derivative by a token's log-prob is -w R A with w the token's weight in the
 * average; at b = q every form is REINFORCE in its gradient (for a `truncate` of at least 1).
 *
 * Without `clip` and `truncate`: of level `sequence` with `averages.sum` the loss is -E[A] itself, and its gradient
 * unbiased for E[r] however stale b is, at a variance that grows with every token. Of level `token` each token is
 * weighed by its own ratio alone: prefixes stay as b drew them, so the gradient is unbiased for a reward of the first
 * token only. `geometric` (GSPO) is biased for all, as a rule with the least variance.
 *
 * `clip`: -min(R A, clip(R, 1 - low, 1 + high) A) (PPO, Schulman et al., 2017, arXiv 1707.06347): a token whose ratio
 * has moved far enough in the advantage's direction gets no gradient. `truncate`: -min(R, cap) A log q with the ratio
 * held constant (truncated importance sampling; CISPO, MiniMax, 2025, arXiv 2506.13585): every token keeps a gradient.
 * Both are biased wherever they cut.
 *
 * Sequences that the student did not sample have advantage 0: they add nothing, yet they count among the sequences.
 * `RangeError` for bounds and temperatures outside their ranges, and for both ways of cutting at once.
 */
export const policyGradient = ({
  advantages: estimator,
  ratio: level = "token",
  clip,
  truncate,
  average = averages.sequence,
  studentTemperature = 1,
}: PolicyGradientParameters): Objective<"advantages" | "behaviorLogProbs" | "fromStudent"> => {
  checkTemperature("policy-gradient", studentTemperature);
  const correction = correctionOf(clip, truncate);
  return {
    name: "policy-gradient",
    needs: ["advantages", "behaviorLogProbs", "fromStudent"],
    learnsFrom: ["student"],
    drawn: { temperature: studentTemperature, weighted: true },
    advantages: estimator,
    loss(studentLogits, { targets, completionMask, advantages, behaviorLogProbs, fromStudent }) {
      const logProbs = tokenLogProbs(tempered(studentLogits, studentTemperature), targets) as tf.Tensor2D;
      const surrogateAt = (at: tf.Tensor): Surrogate & { ratios: tf.Tensor2D } => {
        const ratios = importanceRatios(level, at, behaviorLogProbs, completionMask);
        return { ratios, ...correction(ratios, tf.expandDims(advantages, 1), at) };
      };
      const lengths = lengthsOf(completionMask);
      const losses = logProbLoss(logProbs, (at) => {
        const { value, derivative } = surrogateAt(at);
        const weights = average(completionMask);
        if (level === "token") return { value: tf.mul(weights, value), derivative: tf.mul(weights, derivative) };
        const even = tf.mul(tf.div(tf.sum(weights, 1, true), lengths), completionMask);
        const once = level === "sequence" && truncate === undefined ? tf.div(even, lengths) : even;
        return { value: tf.mul(once, value), derivative: tf.mul(even, derivative) };
      });
      const loss = tf.sum<tf.Scalar>(losses);
      const { ratios, cut } = surrogateAt(logProbs);
      const tokens = averages.token(sampledByStudent(completionMask, fromStudent));
      const drift = importanceRatios("token", logProbs, behaviorLogProbs, completionMask);
      return {
        loss,
        metrics: {
          "objective/policy-gradient": loss,
          "policy/ratio": weighted(ratios, tokens),
          "policy/cut": weighted(tf.maximum(cut, saturated(ratios)), tokens),
          "policy/behavior-kl": weighted(tf.sub(tf.sub(drift, 1), tf.log(drift)), tokens),
          "policy/entropy": weighted(entropy(studentLogits), averages.token(completionMask)),
        },
      };
    },
  };
};

/** `{ "type": "policy-gradient", "clip": { "low": 0.2, "high": 0.2 } }` */
export const definition = define({
  type: "policy-gradient",
  summary: "The policy gradient with importance ratios for stale rollouts: plain, clipped (PPO), or truncated (CISPO).",
  parameters,
  create: (values) =>
    policyGradient({ ...values, advantages: createAdvantages(values), average: averages[values.average] }),
});
