/**
 * Inspection: the gradient of each term of an objective, how near student and teacher are, and what they say of the
 * tokens that were sampled.
 */
import * as tf from "@tensorflow/tfjs";
import { float32, type NamedTensors, type Program } from "../../engine/program.ts";
import { tempered } from "../../objectives/arithmetic/distribution.ts";
import type { Objective, Signal, Signals, TokenBatch } from "../../objectives/objective.ts";
import { scheduled } from "../../objectives/schedules/schedule.ts";
import { tokenLogProbs } from "../../objectives/arithmetic/token-log-probs.ts";
import type { Policy, Sequences } from "../../policies/policy.ts";
import { batchSpecs, type BatchShape } from "../batch/collate.ts";
import { inspectedSignals } from "../batch/inspected-signals.ts";
import { inspectedTokens } from "./inspected-tokens.ts";
import { packsFor, packTensors, type Pack } from "./packing.ts";
import { diagnosticSums, tokenMeasures } from "./step-diagnostics.ts";
import { frozenSpecs, measure, parametersOf, trainedParameters } from "./update.ts";

/** What one inspection program is made for. */
export interface InspectionOptions {
  readonly policy: Policy;
  readonly objective: Objective<Signal>;
  readonly batch: BatchShape;
  /** Of the student when it sampled. */
  readonly samplingTemperature: number;
  /** Names of the policy's parameters that stay as they are; none when left out. */
  readonly frozen?: readonly string[];
  /**
   * Whether the gradients of a sum's terms are compared, as they are when it is left out. Not of the parts of a batch:
   * their norms do not add up.
   */
  readonly compared?: boolean;
  /** How many neighbouring rows of most batches have the same prompt; 1 when left out. */
  readonly group?: number;
}

/** A term's weight at this step, and the gradient of its loss without the weight, pack by pack. */
export interface TermGradient {
  readonly name: string;
  readonly weight: tf.Scalar | number;
  readonly gradient: NamedTensors;
}

/**
 * Gradients by every parameter; zero for those that the term does not read, such as the value head's in a distillation.
 */
const gradientsOf = (loss: (parameters: NamedTensors) => tf.Scalar, parameters: NamedTensors): NamedTensors => {
  const names = Object.keys(parameters);
  const { grads } = tf.engine().gradients(
    () => loss(parameters),
    names.map((name) => parameters[name]!),
    undefined,
    true,
  );
  const found = grads as readonly (tf.Tensor | undefined)[];
  return Object.fromEntries(names.map((name, i) => [name, found[i] ?? tf.zerosLike(parameters[name]!)]));
};

/**
 * One backward pass for each term of a sum, by `parameters`; `frozen` are the others. The gradients times their weights
 * add up to the gradient of the whole objective.
 */
export const termGradients = (
  { policy, objective }: Pick<InspectionOptions, "policy" | "objective">,
  packs: readonly Pack[],
  parameters: NamedTensors,
  batch: Sequences & TokenBatch & Signals,
  frozen: NamedTensors = {},
): TermGradient[] =>
  (objective.terms ?? []).map((term) => {
    const gradients = gradientsOf(
      (weights) => measure(policy, term.objective, { ...frozen, ...weights }, batch).loss,
      parameters,
    );
    return {
      name: term.objective.name,
      weight: scheduled(term.weight, batch),
      gradient: Object.fromEntries(packs.map((pack) => [pack.name, packTensors(pack, gradients)])),
    };
  });

const dot = (a: NamedTensors, b: NamedTensors): tf.Scalar =>
  tf.addN(Object.keys(a).map((name): tf.Scalar => tf.sum(tf.mul(a[name]!, b[name]!))));

/** Smaller than any product of norms that float32 tells from zero in squares. */
const tiny = 1e-30;

/**
 * `gradient/<term>/norm` of weight x gradient, `gradient/<a>~<b>/cosine` (0 where a gradient is zero), and
 * `weight/<term>`.
 */
const comparisons = (terms: readonly TermGradient[]): Record<string, tf.Tensor> => {
  const norms = terms.map(({ gradient }) => tf.sqrt(dot(gradient, gradient)));
  const outputs: Record<string, tf.Tensor> = {};
  for (const [i, { name, weight, gradient }] of terms.entries()) {
    outputs[`weight/${name}`] = typeof weight === "number" ? tf.scalar(weight) : weight;
    outputs[`gradient/${name}/norm`] = tf.mul(norms[i]!, weight);
    for (const [k, other] of terms.slice(0, i).entries()) {
      const size = tf.maximum(tf.mul(norms[i]!, norms[k]!), tiny);
      outputs[`gradient/${other.name}~${name}/cosine`] = tf.div(dot(other.gradient, gradient), size);
    }
  }
  return outputs;
};

const prefixed = (prefix: string, tensors: Readonly<Record<string, tf.Tensor>>): Record<string, tf.Tensor> =>
  Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [`${prefix}${name}`, tensor]));

/**
 * Inspects a batch before the update and changes nothing. Inputs: the packs `parameters/*`, `frozen/*` and the arrays
 * of `batchSpecs` for `inspectedSignals`. Outputs: `logProbs` [B, C], log-probs of the targets in nats at the sampling
 * temperature; `tokens/*` (`InspectedTokens`) and `diagnostics/*` (`diagnosticSums`) when the objective reads the
 * teacher's distributions; and for a sum of two terms or more, in the space of what is trained,
 * `metrics/gradient/<term>/norm` of weight x gradient, `metrics/gradient/<a>~<b>/cosine` and `metrics/weight/<term>`.
 * Nothing as wide as the vocabulary leaves the engine.
 */
export const inspectionProgram = (options: InspectionOptions): Program => {
  const { policy, objective, batch, samplingTemperature, frozen, compared: compares = true } = options;
  const packs = packsFor(trainedParameters(policy, objective, frozen));
  return {
    name: "inspection",
    inputs: {
      ...Object.fromEntries(packs.map(({ name, size }) => [`parameters/${name}`, float32(size)])),
      ...frozenSpecs(policy, frozen),
      ...batchSpecs(batch, inspectedSignals(objective.needs)),
    },
    build(inputs) {
      const given = inputs as unknown as Sequences & TokenBatch & Signals;
      const { trained, frozen: still } = parametersOf(packs, inputs, frozen);
      const all = { ...still, ...trained };
      const logits = policy.logits(all, given, given.targets.shape[1]);
      const logProbs = tokenLogProbs(tempered(logits, samplingTemperature), given.targets);
      const own = samplingTemperature === 1 ? logProbs : tokenLogProbs(logits, given.targets);
      const compared =
        !compares || (objective.terms ?? []).length < 2
          ? {}
          : comparisons(termGradients(options, packs, trained, given, still));
      const measures = tokenMeasures(logits, given);
      return {
        logProbs,
        ...prefixed("tokens/", inspectedTokens(logits, own, given, measures?.["forward-kl"]) ?? {}),
        ...(measures === undefined ? {} : prefixed("diagnostics/", diagnosticSums(measures, given))),
        ...prefixed("metrics/", compared),
      };
    },
  };
};
