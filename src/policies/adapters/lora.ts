/**
 * Low-rank adapters on linear layers (LoRA, Hu et al., 2021): a policy beside whose frozen weights a few small matrices
 * learn.
 */
import * as tf from "@tensorflow/tfjs";
import type { NamedTensors, Program } from "../../engine/program.ts";
import { float32 } from "../../engine/program.ts";
import { parameter } from "../layers/parameter.ts";
import { namesMatching } from "../name-patterns.ts";
import type { ParameterSpec, Policy } from "../policy.ts";

/** What adapters a policy gets. */
export interface AdapterSettings {
  /** r: the rank of what is added to each weight. */
  readonly rank: number;
  /** What is added is B A alpha / r. */
  readonly alpha: number;
  /** Patterns of linear layers; see `namesMatching`. */
  readonly targets: readonly string[];
}

/** A policy with adapters. Its parameters are those of `base` and of the adapters. */
export interface AdaptedPolicy extends Policy {
  readonly base: Policy;
  readonly rank: number;
  readonly alpha: number;
  /** Names of the linear layers that have one, in the order of the base's parameters. */
  readonly layers: readonly string[];
  /** Parameters of the adapters alone: `<layer>.lora_A.weight` [r, in] and `<layer>.lora_B.weight` [out, r]. */
  readonly adapters: Readonly<Record<string, ParameterSpec>>;
}

/** Whether a policy has adapters. */
export const isAdapted = (policy: Policy): policy is AdaptedPolicy => "adapters" in policy;

/** Tables that are looked up and not multiplied with. */
const table = /(?:^|\.)(?:embed_tokens|wte|wpe|shared|relative_attention_bias)$/;

const weightOf = (layer: string): string => `${layer}.weight`;

/** Names of the parameters of a layer's adapter: A [r, in] and B [out, r]. */
export const adapterNames = (layer: string): { readonly a: string; readonly b: string } => ({
  a: `${layer}.lora_A.weight`,
  b: `${layer}.lora_B.weight`,
});

/** Names of the linear layers of a policy: what has a weight of two axes and is no table of embeddings. */
export const linearLayers = ({ parameters }: Pick<Policy, "parameters">): string[] =>
  Object.entries(parameters).flatMap(([name, { shape }]) => {
    const layer = name.endsWith(".weight") ? name.slice(0, -".weight".length) : undefined;
    return layer === undefined || shape.length !== 2 || table.test(layer) ? [] : [layer];
  });

/** [in, out] of a linear layer's weight, however it is stored. */
const fans = ({ shape, fanInFanOut }: ParameterSpec): readonly [number, number] => {
  const [rows, columns] = shape as [number, number];
  return fanInFanOut === true ? [rows, columns] : [columns, rows];
};

const adapterSpecs = (base: Policy, layers: readonly string[], rank: number): Record<string, ParameterSpec> =>
  Object.fromEntries(
    layers.flatMap((layer): [string, ParameterSpec][] => {
      const [into, out] = fans(base.parameters[weightOf(layer)]!);
      const { a, b } = adapterNames(layer);
      // The standard deviation of PEFT's Kaiming-uniform A, which is within 1 / sqrt(in) of zero.
      return [
        [a, { shape: [rank, into], initial: { standardDeviation: 1 / Math.sqrt(3 * into) } }],
        [b, { shape: [out, rank], initial: { value: 0 } }],
      ];
    }),
  );

/**
 * The policy that adds x A' B' alpha / r to what every target computes of x. B starts at zero, so that it begins as the
 * base. `RangeError` for a rank below 1, and for a target that is no linear layer of the base, with those that are
 * nearest.
 */
export const withAdapters = (base: Policy, { rank, alpha, targets }: AdapterSettings): AdaptedPolicy => {
  if (!Number.isInteger(rank) || rank < 1) throw new RangeError(`adapters: expected a rank of at least 1, got ${rank}`);
  if (targets.length === 0) throw new RangeError("adapters: expected at least one target, got none");
  const layers = namesMatching("adapters", targets, linearLayers(base));
  const adapters = adapterSpecs(base, layers, rank);
  const scale = alpha / rank;
  const scaled = (parameters: NamedTensors): NamedTensors => ({
    ...parameters,
    ...Object.fromEntries(
      layers.map((layer) => adapterNames(layer).b).map((b) => [b, tf.mul(parameter(parameters, b), scale)]),
    ),
  });
  return {
    ...base,
    base,
    rank,
    alpha,
    layers,
    adapters,
    parameters: { ...base.parameters, ...adapters },
    hidden: (parameters, ...rest) => base.hidden(scaled(parameters), ...rest),
    head: (parameters, hidden) => base.head(scaled(parameters), hidden),
    logits: (parameters, ...rest) => base.logits(scaled(parameters), ...rest),
    decoder: {
      prefill: (parameters, ...rest) => base.decoder.prefill(scaled(parameters), ...rest),
      step: (parameters, ...rest) => base.decoder.step(scaled(parameters), ...rest),
    },
  };
};

/**
 * The weights of the adapted layers with their adapters in them, W + B A alpha / r, under the names that they have in
 * the base.
 */
const mergedTensors = ({ base, layers, rank, alpha }: AdaptedPolicy, parameters: NamedTensors): NamedTensors =>
  Object.fromEntries(
    layers.map((layer) => {
      const [name, { a, b }] = [weightOf(layer), adapterNames(layer)];
      const transposed = base.parameters[name]!.fanInFanOut === true;
      const [A, B] = [parameter(parameters, a), parameter(parameters, b)];
      const change = transposed ? tf.matMul(A, B, true, true) : tf.matMul(B, A);
      return [name, tf.add(parameter(parameters, name), tf.mul(change, alpha / rank))];
    }),
  );

/**
 * The program of `mergedTensors`: inputs are the weights of the adapted layers and their adapters, outputs the merged
 * weights, by parameter name.
 */
export const mergeProgram = (policy: AdaptedPolicy): Program => {
  const names = policy.layers.flatMap((layer) => [weightOf(layer), ...Object.values(adapterNames(layer))]);
  return {
    name: "merge",
    inputs: Object.fromEntries(names.map((name) => [name, float32(...policy.parameters[name]!.shape)])),
    build: (inputs) => mergedTensors(policy, inputs),
  };
};
