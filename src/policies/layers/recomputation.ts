/**
 * Activations that are computed again when their gradient is, instead of being kept from the forward pass until then
 * (Chen et al., 2016, arXiv 1604.06174): memory for time.
 */
import * as tf from "@tensorflow/tfjs";
import { gradsWithin } from "../../engine/gradients.ts";
import type { NamedTensors } from "../../engine/program.ts";

/** What is known while a gradient is built: how many blocks there were, and what they share. */
interface Building {
  blocks: number;
  readonly shared: tf.Tensor[];
}

let building: Building | undefined;

/**
 * Runs `build`, which differentiates a policy whose blocks keep what goes into them and nothing else. `RangeError` when
 * it has no such blocks.
 */
export const recomputing = <T>(build: () => T): T => {
  const own: Building = { blocks: 0, shared: [] };
  building = own;
  try {
    const result = build();
    if (own.blocks > 0) return result;
    throw new RangeError(
      "expected a policy whose blocks can be computed again, such as Llama's or GPT-2's, got another; leave " +
        "training.recompute out",
    );
  } finally {
    for (const tensor of own.shared) tensor.dispose();
    building = undefined;
  }
};

/**
 * A constant that blocks read besides what they are given: it outlives the forward pass where they are computed
 * again.
 */
export const sharedByBlocks = <T extends tf.Tensor>(tensor: T): T => {
  building?.shared.push(tf.keep(tensor));
  return tensor;
};

/**
 * Nothing that is known before the gradient is, though always zero: with it a block's second computation is another one
 * than its first, and neither TensorFlow.js nor a compiler takes the first one's results for it.
 */
const zeroAfter = (gradient: tf.Tensor): tf.Scalar => {
  const [first] = tf.split(tf.reshape(gradient, [gradient.size]), [1, gradient.size - 1]) as [tf.Tensor];
  return tf.minimum(tf.abs(tf.reshape(first, [])), 0);
};

/**
 * `block` of x [N, D] and of the parameters that it reads -> [M, D]. Within `recomputing`, the gradient by both
 * computes
 * the block again; elsewhere it is the block itself.
 */
export const recomputed = (
  parameters: NamedTensors,
  x: tf.Tensor2D,
  block: (parameters: NamedTensors, x: tf.Tensor2D) => tf.Tensor2D,
): tf.Tensor2D => {
  if (building === undefined) return block(parameters, x);
  building.blocks += 1;
  const names = Object.keys(parameters);
  const run = (input: tf.Tensor, ...given: readonly tf.Tensor[]): tf.Tensor2D =>
    block(Object.fromEntries(names.map((name, i) => [name, given[i]!])), input as tf.Tensor2D);
  const apply = tf.customGrad((...inputs) => {
    const save = inputs.pop() as unknown as (tensors: tf.Tensor[]) => void;
    save(inputs as tf.Tensor[]);
    const [input, ...given] = inputs as tf.Tensor[];
    return {
      value: run(input!, ...given),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [before, ...weights] = saved as [tf.Tensor, ...tf.Tensor[]];
        return gradsWithin(run)([tf.add(before, zeroAfter(dy)), ...weights], dy);
      },
    };
  });
  return apply(x, ...names.map((name) => parameters[name]!));
};

/** The parameters of one block, those whose names begin with its own. */
export const parametersWithin = (parameters: NamedTensors, name: string): NamedTensors =>
  Object.fromEntries(Object.entries(parameters).filter(([each]) => each.startsWith(`${name}.`)));
