/**
 * AdamW as a program: the moments go in and come out beside the parameters (Loshchilov and Hutter, 2019, algorithm 2).
 */
import * as tf from "@tensorflow/tfjs";
import type { OptimizerSettings } from "../recipe/training-settings.ts";

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
  /** learning rate * sqrt(1 - beta2^t) / (1 - beta1^t). */
  readonly stepSize: tf.Tensor;
  /** epsilon * sqrt(1 - beta2^t): the same epsilon, before the second moment is corrected. */
  readonly epsilon: tf.Tensor;
  /** 1 - learning rate * weight decay. */
  readonly keep: tf.Tensor;
}

/**
 * One step of AdamW, with the bias corrections folded into scalars:
 * m = beta1 m + (1 - beta1) g;  v = beta2 v + (1 - beta2) g^2;  w = keep w - stepSize m / (sqrt(v) + epsilon),
 * where `keep` counts only if the parameter decays. `gradient` is multiplied by `scale` first (clipping).
 */
export const adamw = (
  { beta1, beta2 }: OptimizerSettings,
  { parameter, first, second }: Moments,
  gradient: { readonly value: tf.Tensor; readonly scale: tf.Scalar },
  step: StepScalars,
  decays: boolean,
): Moments => {
  const nextFirst = tf.add(tf.mul(first, beta1), tf.mul(gradient.value, tf.mul(gradient.scale, 1 - beta1)));
  const nextSecond = tf.add(
    tf.mul(second, beta2),
    tf.mul(tf.square(gradient.value), tf.mul(tf.square(gradient.scale), 1 - beta2)),
  );
  const change = tf.div(tf.mul(nextFirst, step.stepSize), tf.add(tf.sqrt(nextSecond), step.epsilon));
  return {
    parameter: tf.sub(decays ? tf.mul(parameter, step.keep) : parameter, change),
    first: nextFirst,
    second: nextSecond,
  };
};

/** The step's scalars on the host, for step t from 1, at `factor` times the peak learning rate. */
export const stepScalars = (
  settings: OptimizerSettings,
  factor: number,
  step: number,
): Record<keyof StepScalars, number> => {
  const rate = settings.learningRate * factor;
  const correction = Math.sqrt(1 - settings.beta2 ** step);
  return {
    stepSize: (rate * correction) / (1 - settings.beta1 ** step),
    epsilon: settings.epsilon * correction,
    keep: 1 - rate * settings.weightDecay,
  };
};
