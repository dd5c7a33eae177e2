/** Averages over the completion tokens of a batch: how a value at each position becomes one number. */
import { Type } from "@sinclair/typebox";
import * as tf from "@tensorflow/tfjs";
import { overBatch } from "./over-batch.ts";

/**
 * An average as its weights: `completionMask` [B, T] -> weights [B, T], zero wherever the mask is. A batch without a
 * single completion token has the weights zero. "Sequences" below are those with at least one completion token. Of rows
 * that are a part of a batch, the weights are those that they have in the batch (`overBatch`).
 */
export type Average = (completionMask: tf.Tensor2D) => tf.Tensor2D;

const atLeastOne = (count: tf.Tensor): tf.Tensor => tf.maximum(count, 1);

const countOverBatch = (count: tf.Tensor): tf.Tensor => atLeastOne(overBatch(count));

const lengths = (mask: tf.Tensor2D): tf.Tensor => tf.sum(mask, 1, true);

const sequences = (mask: tf.Tensor2D): tf.Tensor => countOverBatch(tf.sum(tf.minimum(lengths(mask), 1)));

/**
 * Mean over a sequence's own tokens, then over sequences: equation 2 of GKD (Agarwal et al., 2024). Every sequence
 * weighs the same.
 */
const sequence: Average = (mask) => tf.div(mask, tf.mul(atLeastOne(lengths(mask)), sequences(mask)));

/**
 * Mean over all tokens of the batch at once: TRL's reduction. Every token weighs the same, so long sequences weigh
 * more.
 */
const token: Average = (mask) => tf.div(mask, countOverBatch(tf.sum(mask)));

/**
 * Sum over a sequence's tokens, then mean over sequences: log p(y) itself, so REINFORCE is unbiased for the expected
 * reward.
 */
const sum: Average = (mask) => tf.div(mask, sequences(mask));

/**
 * As `sum`, divided by T, the width of the batch: Dr. GRPO (Liu et al., 2025). Its size is that of a mean, and it
 * treats no length differently. T is a constant of the run as long as all its batches are padded to one width.
 */
const constant: Average = (mask) => tf.div(mask, tf.mul(sequences(mask), mask.shape[1]));

/** Averages by the name that experiment files use. */
export const averages = { sequence, token, sum, constant } as const;

/** Name of an average. */
export type AverageName = keyof typeof averages;

/** Schema of an average's name; `purpose` says what is averaged, `standard` is its default. */
export const averageSchema = (purpose: string, standard: AverageName = "sequence") =>
  Type.Unsafe<AverageName>({
    type: "string",
    enum: Object.keys(averages),
    default: standard,
    description:
      `${purpose} sequence: mean over a sequence's tokens, then over sequences. token: mean over all tokens. ` +
      "sum: sum over tokens, mean over sequences. constant: that sum divided by the width of the batch.",
  });

/** sum of `weights` x `values`, both [B, T]: the average, as a scalar. */
export const weighted = (values: tf.Tensor, weights: tf.Tensor2D): tf.Scalar => tf.sum(tf.mul(values, weights));

/** The mask [B, T] of tokens in sequences that the student sampled; `fromStudent` [B] is 1 for those. */
export const sampledByStudent = (completionMask: tf.Tensor2D, fromStudent: tf.Tensor1D): tf.Tensor2D =>
  tf.mul(completionMask, tf.expandDims(fromStudent, 1));

/** The mask [B, T] of tokens in sequences of any other source. */
export const writtenByOthers = (completionMask: tf.Tensor2D, fromStudent: tf.Tensor1D): tf.Tensor2D =>
  tf.mul(completionMask, tf.expandDims(tf.sub(1, fromStudent), 1));
