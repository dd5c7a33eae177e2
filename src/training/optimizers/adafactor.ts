/** Adafactor: of the mean square of a matrix, rows and columns are kept (Shazeer and Stern, 2018, algorithm 4). */
import * as tf from "@tensorflow/tfjs";
import { Type } from "@sinclair/typebox";
import type { NamedTensors } from "../../engine/program.ts";
import { define, type ParametersOf } from "../../plugins/definition.ts";
import { clipped, decays, learningRate, runningMean, type Optimizer, type UpdateRule } from "./optimizer.ts";

const parameters = {
  learningRate,
  beta1: Type.Optional(
    Type.Number({
      exclusiveMinimum: 0,
      exclusiveMaximum: 1,
      description: "Decay of the mean of steps, which is then what is taken; none is kept when left out.",
    }),
  ),
  decayRate: Type.Number({
    default: 0.8,
    exclusiveMinimum: 0,
    maximum: 1,
    description: "c: the mean of squared gradients decays by 1 - t^-c at step t.",
  }),
  epsilon: Type.Number({
    default: 1e-30,
    minimum: 1e-36,
    description: "Added to squared gradients.",
  }),
  clipThreshold: Type.Number({
    default: 1,
    exclusiveMinimum: 0,
    description: "Root mean square that a parameter's step is scaled down to, before the learning rate.",
  }),
  scaleParameter: Type.Boolean({
    default: false,
    description: "Whether the learning rate of a parameter is multiplied by its root mean square.",
  }),
  leastScale: Type.Number({
    default: 1e-3,
    exclusiveMinimum: 0,
    description: "With scaleParameter: what it is multiplied by at the least.",
  }),
  weightDecay: Type.Number({
    default: 0,
    minimum: 0,
    description: "Decoupled decay of matrices; vectors are left alone.",
  }),
};

/** Values of the parameters of `adafactor`. */
type AdafactorSettings = ParametersOf<typeof parameters>;

/** The gradient over the root of its mean square, and the slots that this is kept in. */
type Normalized = readonly [tf.Tensor, NamedTensors];

const rootMeanSquare = (x: tf.Tensor): tf.Tensor => tf.sqrt(tf.mean(tf.square(x)));

/** decay old + (1 - decay) new, with a decay of the step; `fresh` is 1 - decay, as float32 does not subtract it. */
const follow = (old: tf.Tensor, latest: tf.Tensor, { decay, fresh }: NamedTensors): tf.Tensor =>
  tf.add(tf.mul(old, decay!), tf.mul(latest, fresh!));

const normalizedVector = (
  gradient: tf.Tensor,
  squares: tf.Tensor,
  slots: NamedTensors,
  scalars: NamedTensors,
): Normalized => {
  const second = follow(slots["second"]!, squares, scalars);
  return [tf.mul(gradient, tf.rsqrt(second)), { second }];
};

/** v_ij is taken to be row_i column_j / mean(row), over the last two axes. */
const normalizedMatrix = (
  gradient: tf.Tensor,
  squares: tf.Tensor,
  slots: NamedTensors,
  scalars: NamedTensors,
): Normalized => {
  const row = follow(slots["row"]!, tf.mean(squares, -1), scalars);
  const column = follow(slots["column"]!, tf.mean(squares, -2), scalars);
  // Not the root of a quotient, which is 0 in float32 for a row that never had a gradient beside very large ones.
  const rows = tf.mul(tf.rsqrt(row), tf.sqrt(tf.mean(row, -1, true)));
  return [tf.mul(tf.mul(gradient, tf.expandDims(rows, -1)), tf.expandDims(tf.rsqrt(column), -2)), { row, column }];
};

const slotsOf = (shape: readonly number[]): Readonly<Record<string, readonly number[]>> =>
  shape.length < 2
    ? { second: shape }
    : { row: shape.slice(0, -1), column: [...shape.slice(0, -2), ...shape.slice(-1)] };

const ruleOf = (
  { beta1, epsilon, clipThreshold, scaleParameter, leastScale, weightDecay }: AdafactorSettings,
  matrix: boolean,
): UpdateRule => ({
  // Means over rows, columns and the whole parameter.
  elementwise: false,
  slots: (shape) => ({ ...slotsOf(shape), ...(beta1 === undefined ? {} : { first: shape }) }),
  step({ parameter, slots }, gradient, scalars) {
    const own = clipped(gradient);
    const normalized = matrix ? normalizedMatrix : normalizedVector;
    const [raw, seconds] = normalized(own, tf.add(tf.square(own), epsilon), slots, scalars);
    const { rate: peak } = scalars;
    const rate = scaleParameter ? tf.mul(tf.maximum(rootMeanSquare(parameter), leastScale), peak!) : peak!;
    const excess = tf.maximum(tf.div(rootMeanSquare(raw), clipThreshold), 1);
    const latest = tf.mul(raw, tf.div(rate, excess));
    const change = beta1 === undefined ? latest : runningMean(slots["first"]!, beta1, latest);
    const kept = matrix && weightDecay > 0 ? tf.mul(parameter, tf.sub(1, tf.mul(rate, weightDecay))) : parameter;
    return {
      parameter: tf.sub(kept, change),
      slots: { ...seconds, ...(beta1 === undefined ? {} : { first: change }) },
    };
  },
});

/**
 * With g after clipping and d = 1 - t^-c:  v = d v + (1 - d) (g^2 + epsilon);  u = g / sqrt(v);
 * w = (1 - r decay) w - r u / max(1, rms(u) / threshold), where the step's rate r is multiplied by
 * max(leastScale, rms(w)) if it is relative to the parameter. Of a parameter of two or more axes only means of v over
 * its last axis (`row`) and the one before (`column`) are kept, of a vector `second` (v); with beta1, `first` is the
 * running mean of steps, which is taken in place of each. Decoupled decay, of matrices alone, by the parameter's own
 * rate r, as in transformers' Adafactor with `relative_step` off.
 */
export const adafactor = (settings: AdafactorSettings): Optimizer => {
  const [matrices, vectors] = [ruleOf(settings, true), ruleOf(settings, false)];
  return {
    name: "adafactor",
    scalars(factor, step) {
      const fresh = step ** -settings.decayRate;
      return { rate: settings.learningRate * factor, decay: 1 - fresh, fresh };
    },
    rule: (parameter) => (decays(parameter) ? matrices : vectors),
  };
};

/** `{ "type": "adafactor", "learningRate": 0.0003 }` */
export const definition = define({
  type: "adafactor",
  summary: "Adafactor (Shazeer and Stern, 2018): of a matrix's squared gradients, means of rows and columns are kept.",
  parameters,
  create: (settings): Optimizer => adafactor(settings),
});
