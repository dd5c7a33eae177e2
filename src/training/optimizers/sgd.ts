/** Stochastic gradient descent, with or without momentum (Sutskever et al., 2013), as PyTorch has it. */
import * as tf from "@tensorflow/tfjs";
import { Type } from "@sinclair/typebox";
import { define, type ParametersOf } from "../../plugins/definition.ts";
import { clipped, decays, learningRate, type Optimizer, type UpdateRule } from "./optimizer.ts";

const parameters = {
  learningRate,
  momentum: Type.Number({
    default: 0.9,
    minimum: 0,
    exclusiveMaximum: 1,
    description: "Share of the last step's direction that each step keeps; 0: none, and nothing is kept.",
  }),
  nesterov: Type.Boolean({
    default: false,
    description: "Whether a step looks ahead along its momentum, which must then be above 0.",
  }),
  weightDecay: Type.Number({
    default: 0,
    minimum: 0,
    description: "Times the weights, added to the gradients of matrices after clipping; vectors are left alone.",
  }),
};

/** Values of the parameters of `sgd`. */
type SgdSettings = ParametersOf<typeof parameters>;

const ruleOf = ({ momentum, nesterov, weightDecay }: SgdSettings, decaying: boolean): UpdateRule => ({
  elementwise: true,
  slots: (shape) => (momentum > 0 ? { momentum: shape } : {}),
  step({ parameter, slots }, gradient, { rate }) {
    const own = clipped(gradient);
    const pull = decaying && weightDecay > 0 ? tf.add(own, tf.mul(parameter, weightDecay)) : own;
    if (momentum === 0) return { parameter: tf.sub(parameter, tf.mul(pull, rate!)), slots: {} };
    const direction = tf.add(tf.mul(slots["momentum"]!, momentum), pull);
    const change = nesterov ? tf.add(pull, tf.mul(direction, momentum)) : direction;
    return { parameter: tf.sub(parameter, tf.mul(change, rate!)), slots: { momentum: direction } };
  },
});

/**
 * m = momentum m + g;  w = w - rate m, or with Nesterov's momentum w = w - rate (g + momentum m), where g is the
 * clipped gradient and, for matrices, decay w beside it: unlike that of the other optimizers the decay goes through the
 * momentum, as in torch.optim.SGD. It keeps `momentum` (m) in the parameter's shape; without momentum m is g, and
 * nothing is kept. `RangeError` for Nesterov's momentum without any.
 */
export const sgd = (settings: SgdSettings): Optimizer => {
  if (settings.nesterov && settings.momentum === 0)
    throw new RangeError("sgd: expected a momentum above 0 with nesterov, got 0; leave nesterov out, or take 0.9");
  const [matrices, vectors] = [ruleOf(settings, true), ruleOf(settings, false)];
  return {
    name: "sgd",
    scalars: (factor) => ({ rate: settings.learningRate * factor }),
    rule: (parameter) => (decays(parameter) ? matrices : vectors),
  };
};

/** `{ "type": "sgd", "learningRate": 0.1, "momentum": 0.9 }` */
export const definition = define({
  type: "sgd",
  summary: "Gradient descent with momentum, Nesterov's too; weight decay is part of the gradient, as in PyTorch.",
  parameters,
  create: (settings): Optimizer => sgd(settings),
});
