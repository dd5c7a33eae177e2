/**
 * Programs of a step in micro-batches: the gradients of a batch's parts are added up, and the optimizer is applied
 * once.
 */
import * as tf from "@tensorflow/tfjs";
import { float32, type NamedTensors, type Program, type TensorSpec } from "../../engine/program.ts";
import { partOfBatch } from "../../objectives/arithmetic/over-batch.ts";
import { optimizers } from "../optimizers/index.ts";
import { applyOptimizer, scalarSpecs } from "./apply-optimizer.ts";
import { batchSums, type BatchSums } from "./batch-sums.ts";
import { clipFactor, globalNorm } from "./gradients.ts";
import { packsOf } from "./learner-state.ts";
import { stateSpecs } from "./optimizer-state.ts";
import type { Pack } from "./packing.ts";
import { differentiated, rowSpecs, type UpdateOptions } from "./update.ts";

/** Input of the sums over the batch, [count]; [1] where there are none. */
const sumsSpec = (sums: BatchSums | undefined): TensorSpec => float32(sums?.count ?? 1);

/** Builds with the sums over the batch, which are among the inputs. */
const withSums = <T>(sums: BatchSums | undefined, inputs: NamedTensors, build: () => T): T =>
  partOfBatch(sums === undefined ? [] : tf.unstack(inputs["sums"]!), build);

/** Specs of `sums` beside others. */
const andSums = (
  sums: BatchSums | undefined,
  specs: Readonly<Record<string, TensorSpec>>,
): Record<string, TensorSpec> => ({ ...specs, sums: sumsSpec(sums) });

/** Inputs and outputs of gradients that are added up, `gradients/<pack>`. */
export const gradientSpecs = (packs: readonly Pack[]): Record<string, TensorSpec> =>
  Object.fromEntries(packs.map(({ name, size }) => [`gradients/${name}`, float32(size)]));

/** What the objective divides by, of the rows of a part; nothing where it divides by nothing of the batch. */
export const updateSums = (options: UpdateOptions): BatchSums | undefined => {
  const packs = packsOf(options);
  return batchSums(rowSpecs(options, packs), (inputs) => void differentiated(options, packs, inputs));
};

/**
 * The gradients of a part's rows, added to those before. Inputs: `parameters/*`, `frozen/*`, `gradients/*` (flat
 * float32), the arrays of `batchSpecs` for the part's rows, and `sums` over the batch. Outputs: `gradients/*`, and the
 * part's `metrics/*`, which add up to the batch's (`metricsOfBatch`).
 */
export const addProgram = (options: UpdateOptions, sums: BatchSums | undefined): Program => {
  const packs = packsOf(options);
  return {
    name: "gradients of a part",
    inputs: andSums(sums, { ...rowSpecs(options, packs), ...gradientSpecs(packs) }),
    build(inputs) {
      const { loss, metrics, gradients } = withSums(sums, inputs, () => differentiated(options, packs, inputs));
      return {
        "metrics/loss": loss,
        ...Object.fromEntries(Object.entries(metrics).map(([name, metric]) => [`metrics/${name}`, metric])),
        ...Object.fromEntries(
          packs.map(({ name }) => [`gradients/${name}`, tf.add(inputs[`gradients/${name}`]!, gradients[name]!)]),
        ),
      };
    },
  };
};

/**
 * One optimizer step with gradients that were added up. Inputs: the packs of `stateSpecs`, `gradients/*` and the
 * scalars
 * of `scalarSpecs`. Outputs: the new packs under the same names, and `metrics/gradient/norm` before clipping.
 */
export const applyProgram = (options: UpdateOptions): Program => {
  const optimizer = optimizers.create(options.optimizer);
  const packs = packsOf(options);
  return {
    name: "optimizer step",
    inputs: { ...stateSpecs(packs, optimizer), ...gradientSpecs(packs), ...scalarSpecs(optimizer) },
    build(inputs) {
      const gradients = Object.fromEntries(packs.map(({ name }) => [name, inputs[`gradients/${name}`]!]));
      const norm = globalNorm(gradients);
      return {
        "metrics/gradient/norm": norm,
        ...applyOptimizer(packs, optimizer, inputs, gradients, clipFactor(norm, options.clipNorm)),
      };
    },
  };
};
