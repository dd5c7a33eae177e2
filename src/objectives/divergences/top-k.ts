/**
 * A divergence on the K tokens that the teacher finds likeliest, with everything else merged into one bucket, position
 * by position.
 */
import * as tf from "@tensorflow/tfjs";
import { sizeOf } from "../../engine/program.ts";
import { inChunks } from "../arithmetic/chunks.ts";
import { distribution, withGradient, type ClosedForm, type Distribution } from "../arithmetic/distribution.ts";
import type { DivergenceOptions } from "./between.ts";
import type { Divergence } from "./divergence.ts";

/** What float32 can say of a tail that is one minus a sum: below it there is only rounding. */
const leastTail = 2 ** -24;

/** Below every finite logit that a policy gives, and far from overflow. */
const never = -1e30;

/** The teacher over K tokens and its tail: [N, K] nats -> [N, K + 1]. */
const merged = (logProbs: tf.Tensor2D): Distribution => {
  const probabilities = tf.exp(logProbs);
  const tail = tf.maximum(tf.sub(1, tf.sum(probabilities, -1, true)), leastTail);
  return {
    probabilities: tf.concat([probabilities, tail], -1),
    logProbs: tf.concat([logProbs, tf.log(tail)], -1),
  };
};

/** `ids` [N, K] as positions in a flat [N * V], one a row: [N * K, 1]. */
const flatPositions = (ids: tf.Tensor2D, V: number): tf.Tensor2D => {
  const [N, K] = ids.shape;
  const rows = tf.mul(tf.range(0, N, 1, "int32"), tf.scalar(V, "int32"));
  return tf.reshape(tf.add(ids, tf.expandDims(rows, -1)), [N * K, 1]);
};

/** [N, V] with the values [N * K] or the one number at the given flat positions. */
const written = (x: tf.Tensor2D, positions: tf.Tensor2D, values: tf.Tensor | number): tf.Tensor2D => {
  const updates =
    typeof values === "number" ? tf.fill([positions.shape[0]], values) : tf.reshape(values, [positions.shape[0]]);
  return tf.reshape(tf.tensorScatterUpdate(tf.reshape(x, [x.size]), positions, updates), x.shape);
};

/**
 * Value [...] and gradient [..., V] for ids and log-probs [..., K] and logits [..., V]. No tensor is wider than V at a
 * position.
 */
const coarse = (divergence: Divergence, [ids, logProbs, logits]: readonly tf.Tensor[]): ClosedForm => {
  const [K, V] = [ids!.shape.at(-1)!, logits!.shape.at(-1)!];
  const leading = logits!.shape.slice(0, -1);
  const N = sizeOf(leading);
  const positions = flatPositions(tf.reshape(ids!, [N, K]), V);
  const known = tf.reshape(tf.gather(tf.reshape(logits!, [N * V]), tf.reshape(positions, [N * K])), [N, K]);
  const rest = written(tf.reshape(logits!, [N, V]), positions, never);
  const withinTail = tf.softmax(rest);
  const tail = tf.sub(tf.max(rest, -1, true), tf.log(tf.max(withinTail, -1, true)));
  const { value, gradient } = divergence.formula(
    merged(tf.reshape(logProbs!, [N, K])),
    distribution(tf.concat([known, tail], -1)),
  );
  const [byKnown, byTail] = tf.split(gradient, [K, 1], -1) as [tf.Tensor, tf.Tensor];
  const byLogits = written(tf.mul(withinTail, byTail), positions, byKnown);
  return { value: tf.reshape(value, leading), gradient: tf.reshape(byLogits, logits!.shape) };
};

const checkShapes = ({ name }: Divergence, ids: tf.Tensor, logProbs: tf.Tensor, logits: tf.Tensor): void => {
  const [K, V] = [ids.shape.at(-1)!, logits.shape.at(-1)!];
  const shape = (tensor: tf.Tensor): string => `[${tensor.shape.join(", ")}]`;
  if (
    ids.shape.join() !== logProbs.shape.join() ||
    ids.shape.slice(0, -1).join() !== logits.shape.slice(0, -1).join()
  ) {
    throw new RangeError(
      `${name}: expected ids and log-probs of one shape [..., K] at the positions of the student's [..., V], ` +
        `got ${shape(ids)}, ${shape(logProbs)} and ${shape(logits)}`,
    );
  }
  if (K < 1 || K >= V)
    throw new RangeError(
      `${name}: expected 1 to ${V - 1} teacher scores of a vocabulary of ${V}, got ${K}; use the whole one`,
    );
};

/** Throws `RangeError` with the divergence's reason when it may not be applied to a merged tail. */
export const checkTail = ({ name, refusesTail }: Divergence): void => {
  if (refusesTail !== undefined)
    throw new RangeError(`${name}: expected the teacher's whole distribution, got its top-k; ${refusesTail}`);
};

/**
 * D(P' || Q') on the outcomes y_1 ... y_K and "any other": `ids` [..., K] int32 in [0, V), all different at a position
 * (where they are not, the result is finite and means nothing), `logProbs` [..., K] the teacher's in nats (normalised
 * over the whole vocabulary, no gradient), `studentLogits` [..., V] -> nats [...]. P'_tail = 1 - sum_k P_k, and at
 * least 2^-24; log Q'_tail is the log-sum-exp of the other tokens' logits, minus the common normaliser. For an
 * f-divergence it is a lower bound of D(P || Q) by the data processing inequality, and zero exactly when P' = Q'.
 * Gradient: with c_b the divergence's own by log Q'_b, c_k at y_k and c_tail Q_i / Q'_tail at any other i. `RangeError`
 * for a divergence that refuses a tail, for K outside [1, V - 1], and for shapes that do not fit.
 */
export const betweenTopK = (
  divergence: Divergence,
  ids: tf.Tensor,
  logProbs: tf.Tensor,
  studentLogits: tf.Tensor,
  { chunk }: DivergenceOptions = {},
): tf.Tensor => {
  checkTail(divergence);
  checkShapes(divergence, ids, logProbs, studentLogits);
  return withGradient(studentLogits, (logits) =>
    inChunks([ids, logProbs, logits], (...tensors) => coarse(divergence, tensors), chunk),
  );
};
