/** The update program: student logits, objective, gradients, clipping and optimizer, from a batch to new weights in one call. */
import type * as tf from "@tensorflow/tfjs";
import { float32, type NamedTensors, type Program, type TensorSpec } from "../engine/program.ts";
import type { Objective, Signal, Signals, TokenBatch } from "../objectives/objective.ts";
import type { ParameterSpec, Policy, Sequences } from "../policies/policy.ts";
import { valueHeadParameters, valuesOf } from "../policies/value-head.ts";
import { batchSpecs, type BatchShape } from "./collate.ts";
import { clipFactor, differentiate, globalNorm, type Measured } from "./gradients.ts";
import { adamw, type StepScalars } from "./optimizer.ts";
import { packsFor, packTensors, unpackTensors, type Pack } from "./packing.ts";
import type { OptimizerSettings } from "./settings.ts";

/** What one update program is made for. */
export interface UpdateOptions {
  readonly policy: Policy;
  readonly objective: Objective<Signal>;
  readonly batch: BatchShape;
  readonly optimizer: OptimizerSettings;
  /** Gradients are scaled down to this global norm. */
  readonly clipNorm: number;
}

/** What is trained: the policy's parameters, and those of the value head when the objective reads values. */
export const trainedParameters = (policy: Policy, { needs }: Objective<Signal>): Readonly<Record<string, ParameterSpec>> =>
  needs.includes("values") ? { ...policy.parameters, ...valueHeadParameters(policy) } : policy.parameters;

/** Loss and metrics of a batch under `parameters`: one forward pass of the policy, and of the value head if its values are needed. */
export const measure = (
  policy: Policy,
  objective: Objective<Signal>,
  parameters: NamedTensors,
  batch: Sequences & TokenBatch & Signals,
): Measured => {
  if (!objective.needs.includes("values")) return objective.loss(policy.logits(parameters, batch), batch);
  const hidden = policy.hidden(parameters, batch);
  return objective.loss(policy.head(parameters, hidden), { ...batch, values: valuesOf(parameters, hidden) });
};

/** The three arrays that each parameter has, and the prefixes of their packs among inputs and outputs. */
export const stateKinds = ["parameters", "first", "second"] as const;

const stateSpecs = (packs: readonly Pack[]): Record<string, TensorSpec> =>
  Object.fromEntries(stateKinds.flatMap((kind) => packs.map(({ name, size }) => [`${kind}/${name}`, float32(size)])));

const scalarSpecs: Record<keyof StepScalars, TensorSpec> = { stepSize: float32(), epsilon: float32(), keep: float32() };

/**
 * One optimizer step. Inputs: the packs `parameters/*`, `first/*`, `second/*` (flat float32), the arrays of `batchSpecs` and the scalars of
 * `stepScalars`. Outputs: the new packs under the same names, `metrics/loss`, `metrics/gradient/norm` (before clipping) and the objective's metrics.
 */
export const updateProgram = ({ policy, objective, batch, optimizer, clipNorm }: UpdateOptions): Program => {
  const packs = packsFor(trainedParameters(policy, objective));
  return {
    name: "update",
    inputs: { ...stateSpecs(packs), ...batchSpecs(batch, objective.needs), ...scalarSpecs },
    build(inputs) {
      const given = inputs as unknown as Sequences & TokenBatch & Signals & StepScalars;
      const weights: NamedTensors = Object.fromEntries(
        packs.flatMap((pack) => Object.entries(unpackTensors(pack, inputs[`parameters/${pack.name}`]!))),
      );
      const { loss, metrics, gradients } = differentiate((parameters) => measure(policy, objective, parameters, given), weights);
      const packed = Object.fromEntries(packs.map((pack) => [pack.name, packTensors(pack, gradients)]));
      const norm = globalNorm(packed);
      const scale = clipFactor(norm, clipNorm);
      const outputs: Record<string, tf.Tensor> = { "metrics/loss": loss, "metrics/gradient/norm": norm };
      for (const [name, metric] of Object.entries(metrics)) outputs[`metrics/${name}`] = metric;
      for (const { name, decays } of packs) {
        const [parameter, first, second] = stateKinds.map((kind) => inputs[`${kind}/${name}`]!) as [tf.Tensor, tf.Tensor, tf.Tensor];
        const next = adamw(optimizer, { parameter, first, second }, { value: packed[name]!, scale }, given, decays);
        Object.assign(outputs, { [`parameters/${name}`]: next.parameter, [`first/${name}`]: next.first, [`second/${name}`]: next.second });
      }
      return outputs;
    },
  };
};
