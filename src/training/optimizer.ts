/** AdamW as a program: the moments go in and come out beside the parameters (Loshchilov and Hutter, 2019, algorithm 2). */
import * as tf from "@tensorflow/tfjs";
import type { OptimizerSettings } from "./settings.ts";

/** A parameter with its two moments, all of one shape. */
export interface Moments {
  readonly parameter: tf.Tensor;
  /** Running mean of the gradient. */
  readonly first: tf.Tensor;
  /** Running mean of its square. */
  readonly second: tf.Tensor;
}

/** Scalars that change with the step. */
export interface StepScalars {
  readonly learningRate: tf.Tensor;
  /** 1 / (1 - beta1^t). */
  readonly firstCorrection: tf.Tensor;
  /** 1 / (1 - beta2^t). */
  readonly secondCorrection: tf.Tensor;
}

/**
 * One step of AdamW for one parameter:
 * m = beta1 m + (1 - beta1) g;  v = beta2 v + (1 - beta2) g^2;
 * w = w - rate (m c1 / (sqrt(v c2) + epsilon) + decay w), where only parameters of two or more axes decay.
 */
export const adamw = (
  settings: OptimizerSettings,
  { parameter, first, second }: Moments,
  gradient: tf.Tensor,
  step: StepScalars,
): Moments => {
  const { beta1, beta2, epsilon, weightDecay } = settings;
  const nextFirst = tf.add(tf.mul(first, beta1), tf.mul(gradient, 1 - beta1));
  const nextSecond = tf.add(tf.mul(second, beta2), tf.mul(tf.square(gradient), 1 - beta2));
  const scale = tf.add(tf.sqrt(tf.mul(nextSecond, step.secondCorrection)), epsilon);
  const direction = tf.div(tf.mul(nextFirst, step.firstCorrection), scale);
  const decays = weightDecay > 0 && parameter.rank >= 2;
  const change = decays ? tf.add(direction, tf.mul(parameter, weightDecay)) : direction;
  return { parameter: tf.sub(parameter, tf.mul(change, step.learningRate)), first: nextFirst, second: nextSecond };
};

/** The step's scalars on the host, for step t from 1. */
export const stepScalars = (
  { beta1, beta2, learningRate }: OptimizerSettings,
  factor: number,
  step: number,
): Record<keyof StepScalars, number> => ({
  learningRate: learningRate * factor,
  firstCorrection: 1 / (1 - beta1 ** step),
  secondCorrection: 1 / (1 - beta2 ** step),
});
