/** Lion: steps of one size, in the direction of the sign (Chen et al., 2023, algorithm 2). */
import * as tf from "@tensorflow/tfjs";
import { Type } from "@sinclair/typebox";
import { define, type ParametersOf } from "../../plugins/definition.ts";
import { clipped, decays, learningRate, runningMean, type Optimizer, type UpdateRule } from "./optimizer.ts";

const parameters = {
  learningRate,
  beta1: Type.Number({
    default: 0.9,
    minimum: 0,
    exclusiveMaximum: 1,
    description: "Share of the mean of gradients in a step's direction; the rest is the gradient's.",
  }),
  beta2: Type.Number({
    default: 0.99,
    minimum: 0,
    exclusiveMaximum: 1,
    description: "Decay of the mean of gradients.",
  }),
  weightDecay: Type.Number({
    default: 0,
    minimum: 0,
    description: "Decoupled decay of matrices; vectors are left alone.",
  }),
};

/** Values of the parameters of `lion`. */
type LionSettings = ParametersOf<typeof parameters>;

const ruleOf = ({ beta1, beta2 }: LionSettings, decaying: boolean): UpdateRule => ({
  elementwise: true,
  slots: (shape) => ({ first: shape }),
  step({ parameter, slots: { first } }, gradient, { rate, keep }) {
    const own = clipped(gradient);
    const change = tf.mul(tf.sign(runningMean(first!, beta1, own)), rate!);
    return {
      parameter: tf.sub(decaying ? tf.mul(parameter, keep!) : parameter, change),
      slots: { first: runningMean(first!, beta2, own) },
    };
  },
});

/**
 * w = keep w - rate sign(beta1 m + (1 - beta1) g), then m = beta2 m + (1 - beta2) g, g after clipping, with
 * keep = 1 - rate decay for matrices, 1 for vectors: decoupled. It keeps `first` (m) in the parameter's shape. Good
 * rates are a third to a tenth of AdamW's, good decays as much larger (section 5 of the paper).
 */
export const lion = (settings: LionSettings): Optimizer => {
  const [matrices, vectors] = [ruleOf(settings, true), ruleOf(settings, false)];
  return {
    name: "lion",
    scalars(factor) {
      const rate = settings.learningRate * factor;
      return { rate, keep: 1 - rate * settings.weightDecay };
    },
    rule: (parameter) => (decays(parameter) ? matrices : vectors),
  };
};

/** `{ "type": "lion", "learningRate": 0.0004 }` */
export const definition = define({
  type: "lion",
  summary: "Lion (Chen et al., 2023): each number moves by the learning rate, up or down; one array is kept.",
  parameters,
  create: (settings): Optimizer => lion(settings),
});
