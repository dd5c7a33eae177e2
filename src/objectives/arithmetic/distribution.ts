/**
 * Next-token distributions from logits: probabilities and log-probs out of one softmax, and the closed-form gradient of
 * what is made from them.
 */
import { Type } from "@sinclair/typebox";
import * as tf from "@tensorflow/tfjs";

/** A distribution over the vocabulary at every position; both tensors are [..., V]. */
export interface Distribution {
  readonly probabilities: tf.Tensor;
  /** In nats. */
  readonly logProbs: tf.Tensor;
}

/**
 * softmax of finite `logits` [..., V] and its logarithm. The log of the normaliser is max(z) - log(max(Q)), so the only
 * pass of exponentials is the one fused kernel, and log-probs stay exact where the probability underflows.
 */
export const distribution = (logits: tf.Tensor): Distribution => {
  const probabilities = tf.softmax(logits);
  const normalizer = tf.sub(tf.max(logits, -1, true), tf.log(tf.max(probabilities, -1, true)));
  return { probabilities, logProbs: tf.sub(logits, normalizer) };
};

/** A value at every position [...], and its gradient [..., V] with respect to the logits of that position. */
export interface ClosedForm {
  readonly value: tf.Tensor;
  readonly gradient: tf.Tensor;
}

/**
 * Evaluates `formula` at `logits` [..., V]; differentiating the result [...] uses the gradient that the formula states
 * and keeps nothing else alive. Tensors that the formula closes over get no gradient.
 */
export const withGradient = (logits: tf.Tensor, formula: (logits: tf.Tensor) => ClosedForm): tf.Tensor =>
  tf.customGrad((...inputs) => {
    const [z, save] = inputs as [tf.Tensor, (tensors: tf.Tensor[]) => void];
    const { value, gradient } = formula(z);
    save([gradient]);
    return { value, gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => tf.mul(tf.expandDims(dy, -1), saved[0]!) };
  })(logits);

/** `withGradient` of a formula that is stated by the distribution of the logits. */
export const closedForm = (logits: tf.Tensor, formula: (student: Distribution) => ClosedForm): tf.Tensor =>
  withGradient(logits, (z) => formula(distribution(z)));

/** softmax(z / temperature) as logits: `logits` [..., V] divided by the temperature, and untouched at 1. */
export const tempered = <T extends tf.Tensor>(logits: T, temperature: number): T =>
  temperature === 1 ? logits : tf.mul<T>(logits, 1 / temperature);

/** Throws `RangeError` unless the temperature is a positive finite number; `owner` names the objective in it. */
export const checkTemperature = (owner: string, temperature: number): void => {
  if (!(temperature > 0 && Number.isFinite(temperature))) {
    throw new RangeError(`${owner}: expected a student temperature above 0, got ${temperature}`);
  }
};

/** Schema of a student temperature, 1 when left out; `description` says what is divided by it. */
export const studentTemperatureSchema = (description: string) =>
  Type.Number({ default: 1, exclusiveMinimum: 0, description });
