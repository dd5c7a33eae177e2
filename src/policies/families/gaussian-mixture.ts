/**
 * The Gaussian mixture family: a completion is one position on a line; small enough to see what a divergence makes of a
 * policy that cannot be its teacher.
 */
import * as tf from "@tensorflow/tfjs";
import { Type } from "@sinclair/typebox";
import { define } from "../../plugins/definition.ts";
import type { NamedTensors } from "../../engine/program.ts";
import { lastPositions } from "../layers/last-positions.ts";
import { parameter } from "../layers/parameter.ts";
import type { Decoder, ParameterSpec, Policy, PolicyContext, Sequences } from "../policy.ts";
import { configOf } from "./config/gaussian-mixture-config.ts";

const parameters = {
  components: Type.Integer({ minimum: 1, maximum: 16, description: "Gaussians; 1 has one mode." }),
  end: Type.Optional(
    Type.Integer({
      minimum: 0,
      description:
        "The token that ends a completion; those above it are the positions, from left to right. 1 when " +
        "left out, as in the tasks' own tokenizers.",
    }),
  ),
};

const names = {
  offsets: "mixture.offsets",
  logDeviations: "mixture.log_deviations",
  logWeights: "mixture.log_weights",
} as const;

/** Logit of a token that never comes, beside log-probs: finite, so that divergences are. */
const never = -30;

/**
 * Components start evenly over the line, each as wide as four of them would cover it. The weight of one alone means
 * nothing.
 */
const specsOf = (components: number): Record<string, ParameterSpec> => {
  const shape = [components];
  return {
    [names.offsets]: { shape, initial: { standardDeviation: 0.1 / components } },
    [names.logDeviations]: { shape, initial: { value: -Math.log(4 * components) } },
    ...(components > 1 ? { [names.logWeights]: { shape, initial: { value: 0 } } } : {}),
  };
};

/** Centers of as many equal parts of a line of length 1. */
const centers = (parts: number): tf.Tensor1D =>
  tf.tensor1d(Array.from({ length: parts }, (_, part) => (part + 0.5) / parts));

/** Log-probs [N] of N positions: of the mixture's density at each, all together 1. */
const positionLogProbs = (weights: NamedTensors, components: number, positions: number): tf.Tensor1D => {
  const means = tf.add(centers(components), parameter<tf.Rank.R1>(weights, names.offsets));
  const logDeviations = parameter<tf.Rank.R1>(weights, names.logDeviations);
  const distances = tf.div(tf.sub(tf.expandDims(centers(positions), 1), means), tf.exp(logDeviations));
  const densities = tf.sub(tf.mul(tf.square(distances), -0.5), logDeviations);
  const mixed =
    components === 1 ? densities : tf.add(densities, tf.logSoftmax(parameter<tf.Rank.R1>(weights, names.logWeights)));
  return tf.logSoftmax(tf.logSumExp(mixed, 1));
};

/** The distributions [V] of a completion's first token, and of those after it. */
const rowsOf = (
  weights: NamedTensors,
  components: number,
  end: number,
  vocabularySize: number,
): { first: tf.Tensor1D; later: tf.Tensor1D } => ({
  first: tf.concat([tf.fill([end + 1], never), positionLogProbs(weights, components, vocabularySize - end - 1)]),
  later: tf.tensor1d(Array.from({ length: vocabularySize }, (_, token) => (token === end ? 0 : never))),
});

/** Rows [B, V] all alike. */
const repeated = (row: tf.Tensor1D, batch: number): tf.Tensor2D => tf.mul(tf.ones([batch, 1]), row);

/**
 * `type: "gaussian-mixture"`: whatever the prompt, the first token of a completion is a position, and the second one
 * ends it. Position k of N is at (k + 1/2) / N on a line of length 1; p(k) is as sum_j w_j N(x_k; m_j, s_j^2).
 * Component j of J has the mean m_j = (j + 1/2) / J + offset_j, the deviation s_j = exp(log_deviation_j), both in
 * lengths of the line, and the weight w = softmax(log_weights). Its hidden states are its logits.
 */
export const gaussianMixture = define({
  type: "gaussian-mixture",
  summary: "One position on a line, by a mixture of Gaussians, and then the end; it reads nothing.",
  parameters,
  create({ components, end = 1 }, context: PolicyContext): Policy {
    const { vocabularySize } = context;
    if (vocabularySize < end + 3) {
      throw new RangeError(
        `gaussian-mixture: expected at least 2 tokens above the end-of-sequence token ${end}, got a ` +
          `vocabulary of ${vocabularySize}; take the task gaussian-mixture`,
      );
    }
    const logits = (weights: NamedTensors, { prompt }: Sequences, last = prompt.shape[1]): tf.Tensor3D => {
      const { first, later } = rowsOf(weights, components, end, vocabularySize);
      const begins = lastPositions<tf.Tensor3D>(tf.expandDims(prompt, -1), last);
      return tf.add(tf.mul(begins, first), tf.mul(tf.sub(1, begins), later));
    };
    const decoder: Decoder = {
      prefill(weights, { tokens }, capacity) {
        const [batch, length] = tokens.shape;
        if (capacity < length)
          throw new RangeError(
            `prefill: expected a capacity of at least the ${length} prompt positions, got ${capacity}`,
          );
        return { logits: repeated(rowsOf(weights, components, end, vocabularySize).first, batch), cache: {} };
      },
      step(weights, cache, { token }) {
        return { logits: repeated(rowsOf(weights, components, end, vocabularySize).later, token.shape[0]), cache };
      },
    };
    return {
      ...context,
      parameters: specsOf(components),
      config: configOf(components, end, context),
      hiddenSize: vocabularySize,
      hidden: logits,
      head: (_, hidden) => hidden,
      logits,
      decoder,
    };
  },
});
