/**
 * AdamW as a program: the moments go in and come out beside the parameters (Loshchilov and Hutter, 2019, algorithm 2).
 */
import * as tf from "@tensorflow/tfjs";
import { Type } from "@sinclair/typebox";
import { define, type ParametersOf } from "../../plugins/definition.ts";
import { decays, learningRate, type Optimizer, type UpdateRule } from "./optimizer.ts";

/** The parameters of AdamW, by name. */
export const adamwParameters = {
  learningRate,
  beta1: Type.Number({
    default: 0.9,
    minimum: 0,
    exclusiveMaximum: 1,
    description: "Decay of the mean of gradients.",
  }),
  beta2: Type.Number({
    default: 0.999,
    minimum: 0,
    exclusiveMaximum: 1,
    description: "Decay of the mean of squared gradients.",
  }),
  epsilon: Type.Number({
    default: 1e-8,
    exclusiveMinimum: 0,
    description: "Added to the root of the mean square before it divides.",
  }),
  weightDecay: Type.Number({
    default: 0.01,
    minimum: 0,
    description: "Decoupled decay of matrices; vectors are left alone.",
  }),
};

/** Values of `adamwParameters`. */
export type AdamwSettings = ParametersOf<typeof adamwParameters>;

const ruleOf = ({ beta1, beta2 }: AdamwSettings, decaying: boolean): UpdateRule => ({
  elementwise: true,
  slots: (shape) => ({ first: shape, second: shape }),
  step({ parameter, slots: { first, second } }, { value, scale }, { stepSize, epsilon, keep }) {
    const nextFirst = tf.add(tf.mul(first!, beta1), tf.mul(value, tf.mul(scale, 1 - beta1)));
    const nextSecond = tf.add(tf.mul(second!, beta2), tf.mul(tf.square(value), tf.mul(tf.square(scale), 1 - beta2)));
    const change = tf.div(tf.mul(nextFirst, stepSize!), tf.add(tf.sqrt(nextSecond), epsilon!));
    return {
      parameter: tf.sub(decaying ? tf.mul(parameter, keep!) : parameter, change),
      slots: { first: nextFirst, second: nextSecond },
    };
  },
});

/**
 * AdamW, with the bias corrections folded into scalars, g after clipping:
 * m = beta1 m + (1 - beta1) g;  v = beta2 v + (1 - beta2) g^2;  w = keep w - stepSize m / (sqrt(v) + epsilon), with
 * stepSize = rate sqrt(1 - beta2^t) / (1 - beta1^t), epsilon as much smaller as v before its correction, and
 * keep = 1 - rate decay for matrices, 1 for vectors. It keeps `first` (m) and `second` (v), in the parameter's shape.
 */
export const adamw = (settings: AdamwSettings): Optimizer => {
  const [matrices, vectors] = [ruleOf(settings, true), ruleOf(settings, false)];
  return {
    name: "adamw",
    scalars(factor, step) {
      const rate = settings.learningRate * factor;
      const correction = Math.sqrt(1 - settings.beta2 ** step);
      return {
        stepSize: (rate * correction) / (1 - settings.beta1 ** step),
        epsilon: settings.epsilon * correction,
        keep: 1 - rate * settings.weightDecay,
      };
    },
    rule: (parameter) => (decays(parameter) ? matrices : vectors),
  };
};

/** `{ "type": "adamw", "learningRate": 0.004 }` */
export const definition = define({
  type: "adamw",
  summary: "AdamW (Loshchilov and Hutter, 2019): steps of the mean gradient over the root of the mean square.",
  parameters: adamwParameters,
  create: (settings): Optimizer => adamw(settings),
});
