/** Importance ratios: how much likelier the student makes what was drawn than the distribution that drew it. */
import { Type } from "@sinclair/typebox";
import * as tf from "@tensorflow/tfjs";

/**
 * What a ratio is taken of. `token`: q(y_t) / b(y_t) of each token. `sequence`: the product of these over the
 * completion, q(y) / b(y). `geometric`: their geometric mean, (q(y) / b(y))^(1/L) (GSPO, Zheng et al., 2025, arXiv
 * 2507.18071).
 */
export type RatioLevel = "token" | "sequence" | "geometric";

/** Log-ratios are cut to this size, so that no ratio is above 5e8 or overflows. */
const largest = 20;

/** Tokens of each row [B, 1], at least 1. */
export const lengthsOf = (completionMask: tf.Tensor2D): tf.Tensor2D => tf.maximum(tf.sum(completionMask, 1, true), 1);

/**
 * Ratios [B, T] of `logProbs` [B, T] to `behaviorLogProbs` [B, T], both in nats: at the token, or that of the whole
 * completion at each of its positions. 1 where the mask is 0, for ratios of tokens.
 */
export const importanceRatios = (
  level: RatioLevel,
  logProbs: tf.Tensor,
  behaviorLogProbs: tf.Tensor2D,
  completionMask: tf.Tensor2D,
): tf.Tensor2D => {
  const differences = tf.mul<tf.Tensor2D>(tf.sub(logProbs, behaviorLogProbs), completionMask);
  const cut = (logRatios: tf.Tensor2D): tf.Tensor2D => tf.exp(tf.clipByValue(logRatios, -largest, largest));
  if (level === "token") return cut(differences);
  const total = tf.sum<tf.Tensor2D>(differences, 1, true);
  const ratios = cut(level === "sequence" ? total : tf.div(total, lengthsOf(completionMask)));
  return tf.mul(ratios, tf.onesLike(differences));
};

/** 1 where a ratio of `importanceRatios` is at the size that log-ratios are cut to, and 0 elsewhere. */
export const saturated = (ratios: tf.Tensor): tf.Tensor => {
  const [most, least] = [Math.exp(largest) * (1 - 1e-5), Math.exp(-largest) * (1 + 1e-5)];
  return tf.cast(tf.logicalOr(tf.greaterEqual(ratios, most), tf.lessEqual(ratios, least)), "float32");
};

/** Schema of a level. */
export const ratioSchema = (description: string, standard: RatioLevel) =>
  Type.Unsafe<RatioLevel>({
    type: "string",
    enum: ["token", "sequence", "geometric"],
    default: standard,
    description:
      `${description} token: of each token. sequence: the product over the completion. geometric: its mean per ` +
      "token (GSPO).",
  });
