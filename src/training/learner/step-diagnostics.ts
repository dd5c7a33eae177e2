/**
 * Step diagnostics: how near the student is to its teacher on the sequences of a batch, as sums over tokens by who
 * wrote them and by their position in the completion.
 */
import * as tf from "@tensorflow/tfjs";
import type { NamedTensors } from "../../engine/program.ts";
import { sampledByStudent, writtenByOthers } from "../../objectives/arithmetic/averages.ts";
import { entropy } from "../../objectives/arithmetic/entropy.ts";
import { forwardKl } from "../../objectives/divergences/forward-kl.ts";
import { reverseKl } from "../../objectives/divergences/reverse-kl.ts";
import type { Signals, TokenBatch } from "../../objectives/objective.ts";
import { likeliestIds, overlap, overlapName, tokenAgreement } from "./token-agreement.ts";

/** K of the overlap: that of evaluations when they leave it out. */
const topK = 5;

const divergences = [forwardKl, reverseKl];

/**
 * What is known of every token, [B, C] by name as in `tokenAgreement`: all of it where the batch has the teacher's
 * distributions, `entropy` and the overlap where it has at least 5 of its scores. The overlap is left out where the
 * vocabulary has no more than 5 tokens. `logits` [B, C, V] are the student's at temperature 1; the teacher's are at its
 * own. Undefined where the batch has no scores of a teacher over the student's own vocabulary.
 */
export const tokenMeasures = (logits: tf.Tensor3D, batch: Partial<Signals>): NamedTensors | undefined => {
  const { teacherLogProbs, teacherTopKIds } = batch;
  const comparable = logits.shape[2] > topK;
  if (teacherLogProbs !== undefined)
    return tokenAgreement(teacherLogProbs, logits, { divergences, topK: comparable ? topK : undefined });
  if (teacherTopKIds === undefined) return undefined;
  const [B, C, K] = teacherTopKIds.shape;
  const own = { entropy: entropy(logits) };
  if (!comparable || K < topK) return own;
  const first = tf.slice(teacherTopKIds, [0, 0, 0], [B, C, topK]);
  return { ...own, [overlapName(topK)]: overlap(first, likeliestIds(logits, topK)) };
};

/**
 * Sums over the batch's sequences of [B, C] measures of its completion tokens: `sums/<measure>` and `counts` of tokens,
 * [2, C] each. The first row is of sequences that the student sampled, the second of all others. Those of several
 * batches add up to those of them together.
 */
export const diagnosticSums = (
  measures: NamedTensors,
  { completionMask, fromStudent }: Pick<TokenBatch & Signals, "completionMask" | "fromStudent">,
): NamedTensors => {
  const masks = [sampledByStudent(completionMask, fromStudent), writtenByOthers(completionMask, fromStudent)];
  // What padding gives may be any number: a selection, for infinity times zero is none.
  const summed = (of: (mask: tf.Tensor2D) => tf.Tensor): tf.Tensor =>
    tf.stack(masks.map((mask) => tf.sum(of(mask), 0)));
  return {
    counts: summed((mask) => mask),
    ...Object.fromEntries(
      Object.entries(measures).map(([name, values]) => [
        `sums/${name}`,
        summed((mask) => tf.where(tf.greater(mask, 0), values, tf.zerosLike(values))),
      ]),
    ),
  };
};
