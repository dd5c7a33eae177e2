/** The update program: student logits, objective, gradients, clipping and optimizer, from a batch to new weights in one call. */
import * as tf from "@tensorflow/tfjs";
import { float32, type NamedTensors, type Program, type TensorSpec } from "../engine/program.ts";
import type { Objective, Signals, TokenBatch } from "../objectives/objective.ts";
import type { Policy, Sequences } from "../policies/policy.ts";
import { batchSpecs, type BatchShape } from "./collate.ts";
import { clipFactor, differentiate, globalNorm } from "./gradients.ts";
import { adamw, type StepScalars } from "./optimizer.ts";
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

/** The three arrays that each parameter has, and the prefixes of their inputs and outputs. */
export const stateKinds = ["parameters", "first", "second"] as const;

const stateSpecs = (policy: Policy): Record<string, TensorSpec> =>
  Object.fromEntries(
    stateKinds.flatMap((kind) => Object.entries(policy.parameters).map(([name, { shape }]) => [`${kind}/${name}`, float32(...shape)])),
  );

const scalarSpecs: Record<keyof StepScalars, TensorSpec> = {
  learningRate: float32(),
  firstCorrection: float32(),
  secondCorrection: float32(),
};

/**
 * One optimizer step. Inputs: `parameters/*`, `first/*`, `second/*`, the arrays of `batchSpecs` and the scalars of `stepScalars`. Outputs: the new
 * state under the same names, `metrics/loss`, `metrics/gradient/norm` (before clipping) and the objective's metrics.
 */
export const updateProgram = ({ policy, objective, batch, optimizer, clipNorm }: UpdateOptions): Program => ({
  name: "update",
  inputs: { ...stateSpecs(policy), ...batchSpecs(batch, objective.needs), ...scalarSpecs },
  build(inputs) {
    const names = Object.keys(policy.parameters);
    const of = (kind: (typeof stateKinds)[number], name: string): tf.Tensor => inputs[`${kind}/${name}`]!;
    const given = inputs as unknown as Sequences & TokenBatch & Signals & StepScalars;
    const { loss, metrics, gradients } = differentiate(
      (parameters) => objective.loss(policy.logits(parameters, given), given),
      Object.fromEntries(names.map((name) => [name, of("parameters", name)])),
    );
    const norm = globalNorm(gradients);
    const factor = clipFactor(norm, clipNorm);
    const outputs: Record<string, tf.Tensor> = { "metrics/loss": loss, "metrics/gradient/norm": norm };
    for (const [name, metric] of Object.entries(metrics)) outputs[`metrics/${name}`] = metric;
    for (const name of names) {
      const moments = { parameter: of("parameters", name), first: of("first", name), second: of("second", name) };
      const next = adamw(optimizer, moments, tf.mul(gradients[name]!, factor), given);
      Object.assign(outputs, { [`parameters/${name}`]: next.parameter, [`first/${name}`]: next.first, [`second/${name}`]: next.second });
    }
    return outputs satisfies NamedTensors;
  },
});
