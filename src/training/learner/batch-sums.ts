/** The sums over all rows of a batch that a loss divides by, made of its parts before the loss of any part is. */
import * as tf from "@tensorflow/tfjs";
import type { NamedTensors, Program, TensorSpec } from "../../engine/program.ts";
import { readInputs } from "../../engine/recording/read-inputs.ts";
import { sumsOfPart } from "../../objectives/arithmetic/over-batch.ts";

/** A part's own sums. */
export interface BatchSums {
  /** How many there are. */
  readonly count: number;
  /**
   * `sums` [count] of a part, which those of the other parts are added to. Its inputs are those that the sums depend
   * on:
   * masks as a rule, and nothing as wide as a vocabulary.
   */
  readonly program: Program<string, "sums">;
}

/** A tensor that is only there to have a shape: nothing that is made of it is read. */
const unread = ({ shape, dtype }: TensorSpec): tf.Tensor => tf.fill([...shape], 0, dtype);

/** The sums that `build` asks for by `overBatch`, given tensors of `inputs`; nothing when it asks for none. */
export const batchSums = (
  inputs: Readonly<Record<string, TensorSpec>>,
  build: (given: NamedTensors) => void,
): BatchSums | undefined => {
  let count = 0;
  const all: Program<string, "sums"> = {
    name: "sums over the batch",
    inputs,
    build(given) {
      const sums = sumsOfPart(() => build(given));
      count = sums.length;
      return { sums: count === 0 ? tf.zeros([1]) : tf.stack(sums.map((sum) => tf.reshape(sum, []))) };
    },
  };
  const read = new Set(readInputs(all));
  if (count === 0) return undefined;
  const specs = Object.entries(inputs);
  const program: Program<string, "sums"> = {
    ...all,
    inputs: Object.fromEntries(specs.filter(([name]) => read.has(name))),
    build: (given) =>
      all.build({
        ...Object.fromEntries(specs.flatMap(([name, spec]) => (read.has(name) ? [] : [[name, unread(spec)]]))),
        ...given,
      }),
  };
  return { count, program };
};

/** Whether parts' values of a metric are added up; otherwise their greatest is the batch's. */
const isAddedUp = (name: string): boolean => !name.startsWith("weight/") && !name.endsWith("/max");

/** The metrics of a batch from those of its parts. */
export const metricsOfBatch = (parts: readonly Readonly<Record<string, number>>[]): Record<string, number> => {
  const all: Record<string, number> = {};
  for (const metrics of parts) {
    for (const [name, value] of Object.entries(metrics)) {
      const before = all[name];
      all[name] = before === undefined ? value : isAddedUp(name) ? before + value : Math.max(before, value);
    }
  }
  return all;
};
