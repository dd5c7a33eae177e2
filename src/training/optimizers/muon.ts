/** Muon: steps along the orthogonal matrix nearest to the momentum (Jordan et al., 2024); AdamW for all else. */
import * as tf from "@tensorflow/tfjs";
import { Type } from "@sinclair/typebox";
import { closedObject } from "../../plugins/closed-object.ts";
import { define, type ParametersOf } from "../../plugins/definition.ts";
import { adamw, adamwParameters } from "./adamw.ts";
import {
  clipped,
  learningRate,
  runningMean,
  type Optimizer,
  type TrainedParameter,
  type UpdateRule,
} from "./optimizer.ts";

const parameters = {
  learningRate,
  momentum: Type.Number({
    default: 0.95,
    minimum: 0,
    exclusiveMaximum: 1,
    description: "Decay of the mean of gradients.",
  }),
  nesterov: Type.Boolean({ default: true, description: "Whether a step looks ahead along its momentum." }),
  iterations: Type.Integer({
    default: 5,
    minimum: 1,
    maximum: 99,
    description: "Iterations of Newton and Schulz, which make a step nearly orthogonal.",
  }),
  epsilon: Type.Number({
    default: 1e-7,
    exclusiveMinimum: 0,
    description: "Least norm that the momentum of a matrix is divided by.",
  }),
  adjustment: Type.Union([Type.Literal("original"), Type.Literal("match-rms-adamw")], {
    default: "original",
    description:
      "What the rate of a matrix of A rows and B columns is multiplied by. original: sqrt(max(1, A / B)). " +
      "match-rms-adamw: 0.2 sqrt(max(A, B)), which takes AdamW's learning rates.",
  }),
  weightDecay: Type.Number({ default: 0.1, minimum: 0, description: "Decoupled decay of what Muon changes." }),
  adamw: closedObject(adamwParameters, {
    description:
      "AdamW for all that is no matrix inside a numbered layer: embeddings, output heads, vectors; with settings " +
      "of its own.",
  }),
};

/** Values of the parameters of `muon`. */
type MuonSettings = ParametersOf<typeof parameters>;

/** The polynomial a x + b x^3 + c x^5, iterated, brings singular values from (0, 1] to about 1 in few steps. */
const [linear, cubic, quintic] = [3.4445, -4.775, 2.0315] as const;

/** U V^T, nearly, of a matrix U S V^T [A, B] by Newton and Schulz; on the smaller side of the two. */
const orthogonalized = (matrix: tf.Tensor2D, iterations: number, epsilon: number): tf.Tensor2D => {
  const [rows, columns] = matrix.shape;
  const tall = rows > columns;
  const norm = tf.maximum(tf.sqrt(tf.sum(tf.square(matrix))), epsilon);
  let x = tf.div<tf.Tensor2D>(tall ? tf.transpose(matrix) : matrix, norm);
  for (let i = 0; i < iterations; i += 1) {
    const gram = tf.matMul(x, x, false, true);
    const higher = tf.add<tf.Tensor2D>(tf.mul(gram, cubic), tf.mul(tf.matMul(gram, gram), quintic));
    x = tf.add(tf.mul(x, linear), tf.matMul(higher, x));
  }
  return tall ? tf.transpose(x) : x;
};

const adjustments: Readonly<Record<MuonSettings["adjustment"], (rows: number, columns: number) => number>> = {
  original: (rows, columns) => Math.sqrt(Math.max(1, rows / columns)),
  "match-rms-adamw": (rows, columns) => 0.2 * Math.sqrt(Math.max(rows, columns)),
};

const ruleOf = ({ momentum, nesterov, iterations, epsilon, adjustment }: MuonSettings): UpdateRule => ({
  elementwise: false,
  slots: (shape) => ({ momentum: shape }),
  step({ parameter, slots }, gradient, { muonRate, muonKeep }) {
    const own = clipped(gradient);
    const next = runningMean(slots["momentum"]!, momentum, own);
    const direction = nesterov ? runningMean(next, momentum, own) : next;
    const [rows, columns] = parameter.shape as [number, number];
    const step = orthogonalized(direction as tf.Tensor2D, iterations, epsilon);
    const rate = tf.mul(muonRate!, adjustments[adjustment](rows, columns));
    return { parameter: tf.sub(tf.mul(parameter, muonKeep!), tf.mul(step, rate)), slots: { momentum: next } };
  },
});

/** A matrix of a numbered layer (`layers.3.`), but no table in one, such as T5's biases of relative positions. */
const isLayerMatrix = ({ name, shape }: TrainedParameter): boolean =>
  shape.length === 2 && /\.\d+\./u.test(name) && !/embed|bias/u.test(name);

/**
 * For matrices inside numbered layers, g after clipping:  m = momentum m + (1 - momentum) g;
 * w = (1 - rate decay) w - rate f O(n), with n = momentum m + (1 - momentum) g for Nesterov's momentum, else m;
 * O(n) = U V^T of n = U S V^T, nearly, and f the adjustment of [A, B] as the weight lies, as in torch.optim.Muon, but
 * in float32 where that rounds to bfloat16. All else (embeddings, output heads, tables of positions, vectors) is
 * changed by `adamw`, with its own rate under the same schedule. It keeps `momentum` (m) of the former, and AdamW's
 * `first` and `second` of the latter.
 */
export const muon = (settings: MuonSettings): Optimizer => {
  const [matrices, others] = [ruleOf(settings), adamw(settings.adamw)];
  return {
    name: "muon",
    scalars(factor, step) {
      const muonRate = settings.learningRate * factor;
      return { ...others.scalars(factor, step), muonRate, muonKeep: 1 - muonRate * settings.weightDecay };
    },
    rule: (parameter) => (isLayerMatrix(parameter) ? matrices : others.rule(parameter)),
  };
};

/** `{ "type": "muon", "learningRate": 0.02, "adamw": { "learningRate": 0.004 } }` */
export const definition = define({
  type: "muon",
  summary: "Muon (Jordan et al., 2024): orthogonal steps for the matrices of layers, AdamW for everything else.",
  parameters,
  create: (settings): Optimizer => muon(settings),
});
