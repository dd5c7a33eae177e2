/** MiniLLM: the reverse KL of whole sequences, by policy gradient on what the student sampled. */
import { Type } from "@sinclair/typebox";
import * as tf from "@tensorflow/tfjs";
import { define, type ParametersOf, type WithParts } from "../plugins/definition.ts";
import { averages, averageSchema, sampledByStudent, weighted, type Average } from "./arithmetic/averages.ts";
import { checkTemperature, closedForm, tempered, studentTemperatureSchema } from "./arithmetic/distribution.ts";
import { between } from "./divergences/between.ts";
import { reverseKl } from "./divergences/reverse-kl.ts";
import { entropy } from "./arithmetic/entropy.ts";
import { importanceRatios, saturated } from "./arithmetic/importance.ts";
import type { Objective } from "./objective.ts";
import { clipSchema } from "./policy-gradient.ts";
import { checkDiscount, following, rewardToGo } from "./arithmetic/reward-to-go.ts";
import { logProbsOfTargets } from "./arithmetic/token-log-probs.ts";
import { tokenLogProbs } from "./arithmetic/token-log-probs.ts";

/** The teacher, what drew each token, and who wrote each sequence. */
type MiniLlmNeeds = "teacherLogProbs" | "behaviorLogProbs" | "fromStudent";

/** Which tokens an importance weight covers: each token alone, or all up to it. */
export type Importance = "token" | "prefix";

const parameters = {
  singleStep: Type.Boolean({
    default: true,
    description: "Sums each token's own reward over the vocabulary: less variance, no bias.",
  }),
  lengthNormalization: Type.Boolean({
    default: true,
    description:
      "Divides each return by the number of tokens that it sums over; a bias, against short completions " +
      "being preferred.",
  }),
  discount: Type.Number({
    minimum: 0,
    maximum: 1,
    default: 1,
    description: "Of later rewards; at 0 no token answers for later ones.",
  }),
  importance: Type.Unsafe<Importance>({
    type: "string",
    enum: ["token", "prefix"],
    default: "token",
    description:
      "What a weight Q / behavior covers. token: the token alone, of little variance. prefix: all tokens " +
      "up to it, exact for any behavior.",
  }),
  truncate: Type.Optional(
    Type.Number({ exclusiveMinimum: 0, description: "Importance weights are cut to at most this." }),
  ),
  clip: Type.Optional(clipSchema()),
  average: averageSchema("How the tokens are averaged; sum is exact for the divergence of sequences."),
  studentTemperature: studentTemperatureSchema(
    "The student's logits are divided by it within the loss; the sampling temperature makes the gradient exact.",
  ),
};

/**
 * Parameters of MiniLLM; the schemas' defaults hold for what is left out. Importance weights are cut by `truncate`,
 * and those by token with `clip` as PPO's; Q is softmax(logits / studentTemperature).
 */
export type MiniLlmParameters = WithParts<ParametersOf<typeof parameters>, { readonly average?: Average }>;

type Settings = Omit<ParametersOf<typeof parameters>, "average" | "studentTemperature">;

/**
 * What a position's log Q(y) is pushed by, the surrogate value of that, the weight of its exact reverse KL, and where a
 * weight was cut; all [B, T] or numbers.
 */
interface Push {
  readonly value: tf.Tensor;
  readonly push: tf.Tensor;
  readonly weight: tf.Tensor | number;
  readonly cut: tf.Tensor;
}

const returnsOf = (
  rewards: tf.Tensor2D,
  mask: tf.Tensor2D,
  { singleStep, lengthNormalization, discount }: Settings,
): tf.Tensor2D => {
  const sums = rewardToGo(rewards, discount);
  const returns = lengthNormalization ? tf.div<tf.Tensor2D>(sums, tf.maximum(rewardToGo(mask, discount), 1)) : sums;
  return singleStep ? tf.mul(following(returns, 1), discount) : returns;
};

/** `rewards` and `logRatios`, log(Q / behavior), are [B, T] and 0 outside of the mask. */
const pushOf = (rewards: tf.Tensor2D, logRatios: tf.Tensor2D, mask: tf.Tensor2D, settings: Settings): Push => {
  const { importance, truncate, clip } = settings;
  const whole = (logs: tf.Tensor2D): tf.Tensor2D => importanceRatios("token", logs, tf.zerosLike(logs), mask);
  const truncated = (ratios: tf.Tensor2D): tf.Tensor2D =>
    truncate === undefined ? ratios : tf.minimum(ratios, truncate);
  const cutOf = (ratios: tf.Tensor2D): tf.Tensor =>
    truncate === undefined
      ? saturated(ratios)
      : tf.maximum(saturated(ratios), tf.cast(tf.greater(ratios, truncate), "float32"));
  if (importance === "prefix") {
    const upTo = tf.cumsum<tf.Tensor2D>(logRatios, 1);
    const ratios = whole(upTo);
    const push = returnsOf(tf.mul(rewards, truncated(ratios)), mask, settings);
    return { value: tf.neg(push), push, weight: truncated(whole(tf.sub(upTo, logRatios))), cut: cutOf(ratios) };
  }
  const returns = returnsOf(rewards, mask, settings);
  const free = whole(logRatios);
  const ratios = truncated(free);
  const push = tf.mul(returns, ratios);
  if (clip === undefined) return { value: tf.neg(push), push, weight: 1, cut: cutOf(free) };
  const bounded = tf.minimum(push, tf.mul(returns, tf.clipByValue(ratios, 1 - clip.low, 1 + clip.high)));
  const clipped = tf.less(bounded, push);
  const cut = tf.maximum(cutOf(free), tf.cast(clipped, "float32"));
  return { value: tf.neg(bounded), push: tf.where(clipped, tf.zerosLike(push), push), weight: 1, cut };
};

const checkSettings = ({ discount, importance, truncate, clip }: Settings): void => {
  checkDiscount("minillm", discount);
  if (truncate !== undefined && !(truncate > 0))
    throw new RangeError(`minillm: expected truncate above 0, got ${truncate}`);
  if (clip === undefined) return;
  if (!(clip.low > 0 && clip.low <= 1 && clip.high > 0)) {
    throw new RangeError(
      `minillm: expected clip.low in (0, 1] and clip.high above 0, got ${clip.low} and ${clip.high}`,
    );
  }
  if (importance !== "token")
    throw new RangeError(`minillm: expected importance "token" beside clip, got "${importance}"; leave clip out`);
};

/**
 * Minimises KL(q(y) || p(y)) of whole sequences (MiniLLM, Gu et al., 2024, arXiv 2306.08543). With r_t = log P(y_t) -
 * log Q(y_t) and the return R_t = r_t + g R_(t+1), g the discount, its gradient is -E sum_t R_t d log Q(y_t) (the
 * paper's R_t - 1 has a baseline of 1, which changes no expectation). `singleStep` takes the own reward r_t exactly: E
 * sum_t [d KL(Q || P) at the position - g R_(t+1) d log Q(y_t)], the same in expectation with less variance. Rewards,
 * returns and weights are constants. Sequences that others wrote are masked out.
 *
 * The expected gradient is the exact one of KL(q(y) || p(y)) when the average is `sum`, g is 1, nothing is
 * length-normalised, and y ~ Q; or, if y ~ behavior (older students, the teacher mixed in), when weights cover the
 * prefix and none is cut by `truncate` or at e^20: w_t = prod_(k <= t) Q / behavior multiplies r_t, and w_(t-1) the
 * position's KL. Biased are: weights by token, the paper's w_t = Q(y_t) / behavior(y_t), which leave prefixes and later
 * tokens to be drawn by the behavior (the position's KL takes none: its expected weight is 1); `lengthNormalization`,
 * which divides R_t by the number of its tokens (discounted alike), so that early tokens answer less for late ones; g
 * below 1, at 0 with `singleStep` on-policy distillation by reverse KL, without it that of sampled tokens; `clip`,
 * PPO's: past it the gradient of a token is 0.
 *
 * The paper: singleStep, lengthNormalization, teacher share .2 in sampling, clip .2, and a language-modelling loss
 * beside it: a weighted sum with `sft`. Its code also whitens advantages, which is left out. Metrics:
 * `divergence/reverse-kl` is the exact one at each position, averaged over tokens; `policy/cut` the share of tokens
 * whose weight was cut. `RangeError` for values outside their bounds, and for `clip` beside weights by prefix.
 */
export const miniLlm = ({
  average = averages.sequence,
  studentTemperature = 1,
  ...told
}: MiniLlmParameters = {}): Objective<MiniLlmNeeds> => {
  const settings: Settings = { singleStep: true, lengthNormalization: true, discount: 1, importance: "token", ...told };
  checkSettings(settings);
  checkTemperature("minillm", studentTemperature);
  return {
    name: "minillm",
    needs: ["teacherLogProbs", "behaviorLogProbs", "fromStudent"],
    learnsFrom: ["student"],
    drawn: { temperature: studentTemperature, weighted: true },
    loss(studentLogits, { targets, completionMask, teacherLogProbs, behaviorLogProbs, fromStudent }) {
      const logits = tempered(studentLogits, studentTemperature);
      const mask = sampledByStudent(completionMask, fromStudent);
      const pushAt = (logProbs: tf.Tensor): Push => {
        const rewards = tf.mul<tf.Tensor2D>(mask, tf.sub(logProbsOfTargets(teacherLogProbs, targets), logProbs));
        return pushOf(rewards, tf.mul(mask, tf.sub(logProbs, behaviorLogProbs)), mask, settings);
      };
      const nats = closedForm(logits, (student) => {
        const chosen = tf.oneHot(targets, logits.shape[2], 1, 0, "float32");
        const { value, push, weight } = pushAt(tf.sum(tf.mul(student.logProbs, chosen), -1));
        const pushed = tf.mul(tf.expandDims(push, -1), tf.sub(student.probabilities, chosen));
        if (!settings.singleStep) return { value, gradient: pushed };
        const exact = reverseKl.formula({ probabilities: tf.exp(teacherLogProbs), logProbs: teacherLogProbs }, student);
        const [wide, narrow] = typeof weight === "number" ? [weight, weight] : [tf.expandDims(weight, -1), weight];
        return {
          value: tf.add(value, tf.mul(exact.value, narrow)),
          gradient: tf.add(pushed, tf.mul(exact.gradient, wide)),
        };
      });
      const loss = weighted(nats, average(mask));
      return {
        loss,
        metrics: {
          "objective/minillm": loss,
          "policy/cut": weighted(pushAt(tokenLogProbs(logits, targets)).cut, averages.token(mask)),
          "divergence/reverse-kl": weighted(between(reverseKl, teacherLogProbs, logits), averages.token(mask)),
          "policy/entropy": weighted(entropy(studentLogits), averages.token(completionMask)),
        },
      };
    },
  };
};

/** `{ "type": "minillm" }` */
export const definition = define({
  type: "minillm",
  summary:
    "MiniLLM: reverse KL of whole sequences by policy gradient, with the teacher's log-probs as rewards of each token.",
  parameters,
  create: (values): Objective<MiniLlmNeeds> => miniLlm({ ...values, average: averages[values.average] }),
});
