/**
 * What an inspection says of every token: the log-probs that student and teacher give it, the tokens that each finds
 * likeliest in its place, and how far they are from each other.
 */
import * as tf from "@tensorflow/tfjs";
import { logProbsOfTargets } from "../../objectives/arithmetic/token-log-probs.ts";
import type { Signals, TokenBatch } from "../../objectives/objective.ts";
import { outsideTopK, type InspectedTokens } from "../batch/token-log.ts";
import { tokenDivergences } from "./token-divergences.ts";

/** Likeliest tokens of a position that are kept. */
const kept = 5;

/** Log-probs [B, C, V] or [B, C, K], the likeliest first -> ids and log-probs [B, C, 5], or as many as there are. */
interface Likeliest {
  readonly ids: tf.Tensor;
  readonly logProbs: tf.Tensor;
}

/** Of equally likely tokens the lower id comes first. */
const likeliest = (logProbs: tf.Tensor3D): Likeliest => {
  const { values, indices } = tf.topk(logProbs, Math.min(kept, logProbs.shape[2]), true);
  return { ids: indices, logProbs: values };
};

/** What the teacher's scores say of the targets. */
interface Taught extends Likeliest {
  /** [B, C]. */
  readonly ofTargets: tf.Tensor;
}

/** Of top-k scores, `ids` and `logProbs` [B, C, K], which are in falling order. */
const taughtInPart = (ids: tf.Tensor3D, logProbs: tf.Tensor3D, targets: tf.Tensor2D): Taught => {
  const [B, C, K] = ids.shape;
  const first = <T extends tf.Tensor3D>(x: T): T => tf.slice(x, [0, 0, 0], [B, C, Math.min(kept, K)]);
  const own = tf.cast(tf.equal(ids, tf.expandDims(targets, -1)), "float32");
  const missing = tf.mul(outsideTopK, tf.sub(1, tf.sum(own, -1)));
  return {
    ids: first(ids),
    logProbs: first(logProbs),
    ofTargets: tf.add(tf.sum(tf.mul(own, logProbs), -1), missing),
  };
};

const taught = (targets: tf.Tensor2D, signals: Partial<Signals>): Taught | undefined => {
  const { teacherLogProbs, teacherTopKIds, teacherTopKLogProbs } = signals;
  if (teacherLogProbs !== undefined)
    return { ...likeliest(teacherLogProbs), ofTargets: logProbsOfTargets(teacherLogProbs, targets) };
  if (teacherTopKIds === undefined || teacherTopKLogProbs === undefined) return undefined;
  return taughtInPart(teacherTopKIds, teacherTopKLogProbs, targets);
};

/**
 * `InspectedTokens` as tensors, from the student's logits [B, C, V] at temperature 1 and the log-probs [B, C] in nats
 * that they give the targets. `known` are `tokenDivergences` [B, C] where they have been computed. Undefined where the
 * batch has no distributions of a teacher over the student's own vocabulary.
 */
export const inspectedTokens = (
  logits: tf.Tensor3D,
  logProbs: tf.Tensor,
  batch: Pick<TokenBatch, "targets"> & Partial<Signals>,
  known?: tf.Tensor,
): Readonly<Record<keyof InspectedTokens, tf.Tensor>> | undefined => {
  const divergences = known ?? tokenDivergences(logits, batch);
  const teacher = taught(batch.targets, batch);
  if (divergences === undefined || teacher === undefined) return undefined;
  const student = likeliest(tf.logSoftmax(logits));
  return {
    divergences,
    logProbs,
    teacherLogProbs: teacher.ofTargets,
    topIds: student.ids,
    topLogProbs: student.logProbs,
    teacherTopIds: teacher.ids,
    teacherTopLogProbs: teacher.logProbs,
  };
};
