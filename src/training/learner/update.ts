/**
 * The update program: student logits, objective, gradients, clipping and optimizer, from a batch to new weights in one
 * call.
 */
import * as tf from "@tensorflow/tfjs";
import { float32, type NamedTensors, type Program, type TensorSpec } from "../../engine/program.ts";
import type { Objective, Signal, Signals, TokenBatch } from "../../objectives/objective.ts";
import type { ParameterSpec, Policy, Sequences } from "../../policies/policy.ts";
import { recomputing } from "../../policies/layers/recomputation.ts";
import { valueHeadParameters, valuesOf } from "../../policies/value-head.ts";
import { batchSpecs, type BatchShape } from "../batch/collate.ts";
import { clipFactor, differentiate, globalNorm, type Measured } from "./gradients.ts";
import { optimizers, type OptimizerValues } from "../optimizers/index.ts";
import { applyOptimizer, scalarSpecs } from "./apply-optimizer.ts";
import { stateSpecs } from "./optimizer-state.ts";
import { packsFor, packTensors, unpackTensors, type Pack } from "./packing.ts";

/** What one update program is made for. */
export interface UpdateOptions {
  readonly policy: Policy;
  readonly objective: Objective<Signal>;
  readonly batch: BatchShape;
  readonly optimizer: OptimizerValues;
  /** Gradients are scaled down to this global norm. */
  readonly clipNorm: number;
  /** Names of the policy's parameters that stay as they are; none when left out. */
  readonly frozen?: readonly string[];
  /** Whether activations are computed again when their gradients are. */
  readonly recompute?: boolean;
  /** How many neighbouring rows of most batches have the same prompt; 1 when left out. */
  readonly group?: number;
}

/**
 * What is trained: the policy's parameters but the frozen ones, and those of the value head when the objective reads
 * values.
 */
export const trainedParameters = (
  policy: Policy,
  { needs }: Objective<Signal>,
  frozen: readonly string[] = [],
): Readonly<Record<string, ParameterSpec>> => {
  const still = new Set(frozen);
  const own = Object.fromEntries(Object.entries(policy.parameters).filter(([name]) => !still.has(name)));
  return needs.includes("values") ? { ...own, ...valueHeadParameters(policy) } : own;
};

/** Inputs for what stays as it is, `frozen/<name>`: whole tensors, which are neither packed nor given back. */
export const frozenSpecs = (policy: Policy, frozen: readonly string[] = []): Record<string, TensorSpec> =>
  Object.fromEntries(frozen.map((name) => [`frozen/${name}`, float32(...policy.parameters[name]!.shape)]));

/** All parameters by their names, from the inputs: the packs `parameters/*`, and `frozen/*`. */
export const parametersOf = (
  packs: readonly Pack[],
  inputs: NamedTensors,
  frozen: readonly string[] = [],
): { readonly trained: NamedTensors; readonly frozen: NamedTensors } => ({
  trained: Object.fromEntries(
    packs.flatMap((pack) => Object.entries(unpackTensors(pack, inputs[`parameters/${pack.name}`]!))),
  ),
  frozen: Object.fromEntries(frozen.map((name) => [name, inputs[`frozen/${name}`]!])),
});

/**
 * Loss and metrics of a batch under `parameters`: one forward pass of the policy, and of the value head if its values
 * are needed. Of the T positions the C last ones are query positions, those before a completion's tokens; a policy that
 * scores whole sequences gives one output for each.
 */
export const measure = (
  policy: Policy,
  objective: Objective<Signal>,
  parameters: NamedTensors,
  batch: Sequences & TokenBatch & Signals,
): Measured => {
  const [, completion] = batch.completionMask.shape;
  if (!objective.needs.includes("values")) return objective.loss(policy.logits(parameters, batch, completion), batch);
  const hidden = policy.hidden(parameters, batch, completion);
  return objective.loss(policy.head(parameters, hidden), { ...batch, values: valuesOf(parameters, hidden) });
};

/** Loss, metrics and gradients, the latter as one flat array for each pack, by its name. */
export type Differentiated = ReturnType<typeof differentiate>;

/**
 * Differentiates the loss of the rows that `inputs` hold: `parameters/*`, `frozen/*` and the arrays of `batchSpecs`.
 * `RangeError` when activations are to be computed again by a policy that cannot.
 */
export const differentiated = (
  { policy, objective, frozen, recompute = false }: Omit<UpdateOptions, "batch" | "optimizer" | "clipNorm">,
  packs: readonly Pack[],
  inputs: NamedTensors,
): Differentiated => {
  const given = inputs as unknown as Sequences & TokenBatch & Signals;
  const { trained, frozen: still } = parametersOf(packs, inputs, frozen);
  const run = (): Differentiated =>
    differentiate((parameters) => measure(policy, objective, { ...still, ...parameters }, given), trained);
  const { gradients, ...measured } = recompute ? recomputing(run) : run();
  return { ...measured, gradients: Object.fromEntries(packs.map((pack) => [pack.name, packTensors(pack, gradients)])) };
};

/**
 * Inputs for the parameters and rows of a batch: the packs `parameters/*`, `frozen/*` and the arrays of `batchSpecs`.
 */
export const rowSpecs = (
  { policy, objective, batch, frozen }: Pick<UpdateOptions, "policy" | "objective" | "batch" | "frozen">,
  packs: readonly Pack[],
  signals: readonly Signal[] = objective.needs,
): Record<string, TensorSpec> => ({
  ...Object.fromEntries(packs.map(({ name, size }) => [`parameters/${name}`, float32(size)])),
  ...frozenSpecs(policy, frozen),
  ...batchSpecs(batch, signals),
});

/**
 * The logits of a reward model's batch as `scores` [B]. Inputs: the packs `parameters/*`, `frozen/*` and the arrays of
 * `batchSpecs`.
 */
export const scoresProgram = (options: UpdateOptions): Program<string, "scores"> => {
  const { policy, objective, batch, frozen } = options;
  const packs = packsFor(trainedParameters(policy, objective, frozen));
  return {
    name: "scores",
    inputs: rowSpecs(options, packs),
    build(inputs) {
      const { trained, frozen: still } = parametersOf(packs, inputs, frozen);
      return {
        scores: tf.reshape(policy.logits({ ...still, ...trained }, inputs as unknown as Sequences), [batch.size]),
      };
    },
  };
};

/**
 * One optimizer step. Inputs: the packs of `stateSpecs` (`parameters/*` and the optimizer's slots, flat float32) of
 * what is trained, `frozen/*` of what is not, the arrays of `batchSpecs` and the scalars of `scalarSpecs`. Outputs: the
 * new packs under the same names, `metrics/loss`, `metrics/gradient/norm` (before clipping) and the metrics of the
 * objective.
 */
export const updateProgram = (options: UpdateOptions): Program => {
  const { policy, objective, clipNorm, frozen } = options;
  const optimizer = optimizers.create(options.optimizer);
  const packs = packsFor(trainedParameters(policy, objective, frozen));
  return {
    name: "update",
    inputs: { ...stateSpecs(packs, optimizer), ...rowSpecs(options, packs), ...scalarSpecs(optimizer) },
    build(inputs) {
      const { loss, metrics, gradients } = differentiated(options, packs, inputs);
      const norm = globalNorm(gradients);
      const outputs: Record<string, tf.Tensor> = { "metrics/loss": loss, "metrics/gradient/norm": norm };
      for (const [name, metric] of Object.entries(metrics)) outputs[`metrics/${name}`] = metric;
      return { ...outputs, ...applyOptimizer(packs, optimizer, inputs, gradients, clipFactor(norm, clipNorm)) };
    },
  };
};
