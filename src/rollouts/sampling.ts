/** Drawing a token from logits, as a fragment of a program. */
import * as tf from "@tensorflow/tfjs";

/** One drawn token of every row. */
export interface Draw {
  /** [B] int32. */
  readonly token: tf.Tensor1D;
  /** [B] float32, nats: the log-prob of `token` under the distribution that drew it. */
  readonly logProb: tf.Tensor1D;
}

/** Lowest temperature above 0: below it, logits divided by it leave float32. */
const lowestTemperature = 1e-4;

/** `RangeError` unless the temperature is 0 or at least `lowestTemperature`, and finite. */
export const checkTemperature = (temperature: number): void => {
  if (temperature === 0 || (temperature >= lowestTemperature && Number.isFinite(temperature))) return;
  throw new RangeError(`expected a sampling temperature of 0 (greedy) or at least ${lowestTemperature}, got ${temperature}`);
};

/** log softmax(logits / temperature), in nats, [B, V] for a temperature above 0. */
export const logProbsAt = (logits: tf.Tensor2D, temperature: number): tf.Tensor2D =>
  tf.logSoftmax(temperature === 1 ? logits : tf.mul(logits, 1 / temperature));

/**
 * Draws from `logProbs` [B, V] by the inverse of the cumulative distribution: the first token whose cumulative probability exceeds the uniform
 * number, `uniforms` [B] in [0, 1). Tokens of probability zero are never drawn; where rounding leaves no token (a sum just below the uniform
 * number) the likeliest is taken.
 */
export const drawFrom = (logProbs: tf.Tensor2D, uniforms: tf.Tensor1D): Draw => {
  const [batch, vocabulary] = logProbs.shape;
  const probabilities = tf.exp(logProbs);
  const reached = tf.greater(tf.cumsum(probabilities, 1), tf.reshape(uniforms, [batch, 1]));
  const ids = tf.reshape(tf.range(0, vocabulary, 1, "int32"), [1, vocabulary]);
  // A sum made in parallel may round up where a token adds nothing, so probabilities are asked too.
  const candidates = tf.where(tf.logicalAnd(reached, tf.greater(probabilities, 0)), ids, tf.scalar(vocabulary, "int32"));
  const first: tf.Tensor1D = tf.min(candidates, 1);
  const token: tf.Tensor1D = tf.where(tf.less(first, vocabulary), first, tf.argMax(logProbs, 1));
  const chosen = tf.equal(ids, tf.reshape(token, [batch, 1]));
  return { token, logProb: tf.sum(tf.where(chosen, logProbs, tf.zerosLike(logProbs)), 1) };
};

/**
 * Draws from softmax(logits / temperature), logits [B, V], as `drawFrom` does. Temperature 0 takes the likeliest token; that distribution is a
 * point, so its log-prob is 0.
 */
export const draw = (logits: tf.Tensor2D, uniforms: tf.Tensor1D, temperature: number): Draw => {
  checkTemperature(temperature);
  if (temperature === 0) return { token: tf.argMax(logits, 1), logProb: tf.zeros([logits.shape[0]]) };
  return drawFrom(logProbsAt(logits, temperature), uniforms);
};
