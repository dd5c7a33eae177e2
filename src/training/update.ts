/** The update program: student logits, objective, gradients, clipping and optimizer, from a batch to new weights in one call. */
import type * as tf from "@tensorflow/tfjs";
import { float32, type NamedTensors, type Program, type TensorSpec } from "../engine/program.ts";
import type { Objective, Signals, TokenBatch } from "../objectives/objective.ts";
import type { Policy, Sequences } from "../policies/policy.ts";
import { batchSpecs, type BatchShape } from "./collate.ts";
import { clipFactor, differentiate, globalNorm } from "./gradients.ts";
import { adamw, type StepScalars } from "./optimizer.ts";
import { packsFor, packTensors, unpackTensors, type Pack } from "./packing.ts";
import type { OptimizerSettings } from "./settings.ts";

/** What one update program is made for. */
export interface UpdateOptions {
  readonly policy: Policy;
  readonly objective: Objective<keyof Signals>;
  readonly batch: BatchShape;
  readonly optimizer: OptimizerSettings;
  /** Gradients are scaled down to this global norm. */
  readonly clipNorm: number;
}

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
  const packs = packsFor(policy);
  return {
    name: "update",
    inputs: { ...stateSpecs(packs), ...batchSpecs(batch, objective.needs), ...scalarSpecs },
    build(inputs) {
      const given = inputs as unknown as Sequences & TokenBatch & Signals & StepScalars;
      const weights: NamedTensors = Object.fromEntries(
        packs.flatMap((pack) => Object.entries(unpackTensors(pack, inputs[`parameters/${pack.name}`]!))),
      );
      const { loss, metrics, gradients } = differentiate((parameters) => objective.loss(policy.logits(parameters, given), given), weights);
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
