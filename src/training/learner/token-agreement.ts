/**
 * How near the student's next-token distributions are to its teacher's, position by position: what evaluations and
 * inspections both measure.
 */
import * as tf from "@tensorflow/tfjs";
import { sizeOf, type NamedTensors } from "../../engine/program.ts";
import { allInChunks, positionsPerChunk } from "../../objectives/arithmetic/chunks.ts";
import { distribution, type Distribution } from "../../objectives/arithmetic/distribution.ts";
import { entropyOf } from "../../objectives/arithmetic/entropy.ts";
import type { Divergence } from "../../objectives/divergences/divergence.ts";
import { leastKept, nucleusBound, within } from "../../rollouts/decoding/nucleus.ts";

/** p of the nuclei: the likeliest tokens that together have this probability. */
const nucleusShare = 0.9;

/** Brings the bound of a nucleus to 1/256 nat at least, for vocabularies below 270,000 tokens, at half of the cost. */
const halvings = 12;

/** What is measured. */
export interface TokenMeasures {
  readonly divergences: readonly Divergence[];
  /** K: likeliest tokens of both that are compared, at most V; none are when left out. */
  readonly topK: number | undefined;
}

/** Numbers of a chunk: the search for a nucleus reads it again and again, and 256 KiB stay in a core's own cache. */
const chunkSize = 2 ** 16;

/** Name of the overlap of the K likeliest tokens. */
export const overlapName = (topK: number): string => `top-${topK}-overlap`;

/** Ids [..., K] of the likeliest tokens of logits [..., V]. */
export const likeliestIds = (logits: tf.Tensor, topK: number): tf.Tensor => tf.topk(logits, topK).indices;

/** Share of the K ids of the one, [..., K], that are among those of the other: [...]. No id is there twice. */
export const overlap = (first: tf.Tensor, second: tf.Tensor): tf.Tensor => {
  const equal = tf.equal(tf.expandDims(first, -1), tf.expandDims(second, -2));
  return tf.div(tf.sum(tf.cast(equal, "float32"), [-2, -1]), first.shape.at(-1)!);
};

/** The probability [...] that a distribution gives to the nucleus of another one, [..., V] both. */
const nucleusMass = ({ probabilities }: Distribution, { logProbs }: Distribution): tf.Tensor => {
  const bound = nucleusBound(logProbs, nucleusShare, leastKept(nucleusShare, logProbs.shape.at(-1)!), halvings);
  return tf.sum(tf.mul(probabilities, within(logProbs, bound)), -1);
};

/**
 * Of teacher log-probs and student logits, [..., V] both, by name and [...] each: every divergence, D(teacher ||
 * student) in nats; `entropy` and `teacher-entropy` in nats; `nucleus-mass`, the probability that the student gives to
 * the teacher's nucleus (p = 0.9, Holtzman et al., 2020), and `teacher-nucleus-mass`, what the teacher gives to the
 * student's; `top-<K>-overlap`, the share of the teacher's K likeliest tokens that are among the student's. Nothing has
 * a gradient. A large batch is computed in chunks, of `chunk` positions where that is given, so that nothing else is as
 * wide as the vocabulary at all positions.
 */
export const tokenAgreement = (
  teacherLogProbs: tf.Tensor,
  studentLogits: tf.Tensor,
  { divergences, topK }: TokenMeasures,
  chunk?: number,
): NamedTensors => {
  const formula = (taught: tf.Tensor, logits: tf.Tensor): NamedTensors => {
    const teacher = { probabilities: tf.exp(taught), logProbs: taught };
    const student = distribution(logits);
    return {
      ...Object.fromEntries(divergences.map((each) => [each.name, each.formula(teacher, student).value])),
      entropy: entropyOf(student),
      "teacher-entropy": entropyOf(teacher),
      "nucleus-mass": nucleusMass(student, teacher),
      "teacher-nucleus-mass": nucleusMass(teacher, student),
      ...(topK === undefined
        ? {}
        : { [overlapName(topK)]: overlap(likeliestIds(taught, topK), likeliestIds(logits, topK)) }),
    };
  };
  const V = studentLogits.shape.at(-1)!;
  const usual = positionsPerChunk(sizeOf(studentLogits.shape.slice(0, -1)), V, chunkSize);
  return allInChunks([teacherLogProbs, studentLogits], formula, chunk ?? usual);
};
