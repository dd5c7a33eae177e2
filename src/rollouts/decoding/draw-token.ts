/** Drawing a token from a distribution, as a fragment of a program. */
import * as tf from "@tensorflow/tfjs";

/** One drawn token of every row. */
export interface Draw {
  /** [B] int32. */
  readonly token: tf.Tensor1D;
  /** [B] float32, nats: the log-prob of `token` under the distribution that drew it. */
  readonly logProb: tf.Tensor1D;
}

/** [1, V] int32: every token id. */
const allIds = (vocabulary: number): tf.Tensor => tf.reshape(tf.range(0, vocabulary, 1, "int32"), [1, vocabulary]);

/** The numbers of `values` [B, V] at `token` [B] int32. */
export const valuesAt = (values: tf.Tensor2D, token: tf.Tensor1D): tf.Tensor1D => {
  const [batch, vocabulary] = values.shape;
  const chosen = tf.equal(allIds(vocabulary), tf.reshape(token, [batch, 1]));
  return tf.sum(tf.where(chosen, values, tf.zerosLike(values)), 1);
};

/**
 * Draws from `logProbs` [B, V] by the inverse of the cumulative distribution: the first token whose cumulative
 * probability exceeds the uniform number, `uniforms` [B] in [0, 1). Tokens of probability zero are never drawn; where
 * rounding leaves no token (a sum just below the uniform number) the likeliest is taken.
 */
export const drawFrom = (logProbs: tf.Tensor2D, uniforms: tf.Tensor1D): Draw => {
  const [batch, vocabulary] = logProbs.shape;
  const probabilities = tf.exp(logProbs);
  const reached = tf.greater(tf.cumsum(probabilities, 1), tf.reshape(uniforms, [batch, 1]));
  // A sum made in parallel may round up where a token adds nothing, so probabilities are checked too.
  const candidates = tf.where(
    tf.logicalAnd(reached, tf.greater(probabilities, 0)),
    allIds(vocabulary),
    tf.scalar(vocabulary, "int32"),
  );
  const first: tf.Tensor1D = tf.min(candidates, 1);
  const token: tf.Tensor1D = tf.where(tf.less(first, vocabulary), first, tf.argMax(logProbs, 1));
  return { token, logProb: valuesAt(logProbs, token) };
};

/**
 * Takes the likeliest token of each row, logits [B, V]; of equal ones the lowest id. That distribution is a point, so
 * its log-prob is 0.
 */
export const likeliest = (logits: tf.Tensor2D): Draw => ({
  token: tf.argMax(logits, 1),
  logProb: tf.zeros([logits.shape[0]]),
});
