/**
 * The sequence-classification head: scores of a whole sequence, as a linear function of the hidden state of its last
 * token.
 */
import * as tf from "@tensorflow/tfjs";
import type { NamedTensors } from "../engine/program.ts";
import { initialWeights } from "./initialize.ts";
import { lastPosition } from "./layers/last-positions.ts";
import { linear } from "./layers/linear.ts";
import type { ParameterSpec, Policy, Sequences, Weights } from "./policy.ts";

/** Of transformers' *ForSequenceClassification. */
const headName = "score";

/** The policy's own head, which a classifier does not have. */
const languageHead = "lm_head.weight";

/** A policy that scores sequences instead of continuing them: a reward model with one label, a classifier with more. */
export interface Classifier {
  /** Numbers that it gives each sequence. */
  readonly labels: number;
  /** What the labels are called, in their order. */
  readonly labelNames: readonly string[];
  /** Most tokens of a sequence. */
  readonly contextLength: number;
  /** Those of the policy without its language head, and `score.weight` [labels, D]. */
  readonly parameters: Readonly<Record<string, ParameterSpec>>;
  /** The HuggingFace `config.json` that describes it. */
  readonly config: Readonly<Record<string, unknown>>;
  /**
   * [B, T] -> scores [B, labels] after each row's last token, padded left or right. Differentiable in the
   * parameters.
   */
  scores(parameters: NamedTensors, sequences: Sequences): tf.Tensor2D;
}

const configOf = ({ config }: Policy, names: readonly string[]): Record<string, unknown> => {
  const architectures = ((config["architectures"] ?? []) as readonly string[]).map((name) =>
    name.replace(/(?:ForCausalLM|LMHeadModel)$/, "ForSequenceClassification"),
  );
  return {
    ...config,
    architectures,
    id2label: Object.fromEntries(names.entries()),
    label2id: Object.fromEntries(names.map((name, label) => [name, label])),
  };
};

/** What transformers calls labels that have no names. */
const unnamed = (labels: number): string[] => Array.from({ length: labels }, (_, label) => `LABEL_${label}`);

/**
 * Puts a head of `labels` scores on a policy, which may have names. `RangeError` for fewer than one label, and for an
 * encoder-decoder, which transformers gives another head.
 */
export const classifierOf = (
  policy: Policy,
  labels: number,
  names: readonly (string | undefined)[] = [],
): Classifier => {
  if (!Number.isInteger(labels) || labels < 1)
    throw new RangeError(`classifier: expected at least one label, got ${labels}`);
  if (policy.config["is_encoder_decoder"] === true) {
    throw new RangeError(
      `classifier: expected a decoder, got the encoder-decoder ${String(policy.config["model_type"])}`,
    );
  }
  const { [languageHead]: _, ...body } = policy.parameters;
  const initial = { standardDeviation: 1 / Math.sqrt(policy.hiddenSize) };
  const labelNames = unnamed(labels).map((name, label) => names[label] ?? name);
  return {
    labels,
    labelNames,
    contextLength: policy.contextLength,
    parameters: { ...body, [`${headName}.weight`]: { shape: [labels, policy.hiddenSize], initial } },
    config: configOf(policy, labelNames),
    scores(parameters, sequences) {
      const hidden = policy.hidden(parameters, sequences);
      const [batch, tokens, width] = hidden.shape;
      const rows: tf.Tensor1D = tf.add(tf.range(0, batch * tokens, tokens, "int32"), lastPosition(sequences.mask));
      const last: tf.Tensor2D = tf.gather(tf.reshape(hidden, [batch * tokens, width]), rows);
      return linear(parameters, headName, last);
    },
  };
};

/**
 * A policy whose logits [B, 1, 1] are the score that its classifier of one label gives each whole sequence: what a
 * reward model is while it is trained. It answers nothing. `RangeError` as `classifierOf`.
 */
export const scoringPolicy = (policy: Policy, names?: readonly (string | undefined)[]): Policy => {
  const classifier = classifierOf(policy, 1, names);
  return {
    ...policy,
    parameters: classifier.parameters,
    config: classifier.config,
    head: (parameters, hidden) => {
      const [batch, tokens, width] = hidden.shape;
      return tf.reshape(linear(parameters, headName, tf.reshape(hidden, [batch * tokens, width])), [batch, tokens, 1]);
    },
    logits: (parameters, sequences) => tf.expandDims(classifier.scores(parameters, sequences), 1),
    severalCompletions: false,
  };
};

/** Whether a policy is a reward model. */
export const isScoring = ({ parameters }: Pick<Policy, "parameters">): boolean =>
  Object.hasOwn(parameters, `${headName}.weight`);

/** A classifier with its weights. */
export interface ClassifierCheckpoint {
  readonly classifier: Classifier;
  readonly weights: Weights;
}

/**
 * The reward model to be of a policy: its weights without the language head, and a head of one label that is drawn by
 * the seed. `RangeError` as `classifierOf`.
 */
export const rewardModelFrom = (policy: Policy, weights: Weights, seed: number): ClassifierCheckpoint => {
  const classifier = classifierOf(policy, 1);
  const { [languageHead]: _, ...body } = weights;
  const name = `${headName}.weight`;
  return {
    classifier,
    weights: { ...body, ...initialWeights({ parameters: { [name]: classifier.parameters[name]! } }, seed) },
  };
};
