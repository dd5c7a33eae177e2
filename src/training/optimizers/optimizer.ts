/** What an optimizer is: which arrays it keeps of each parameter, and how a gradient changes parameter and arrays. */
import * as tf from "@tensorflow/tfjs";
import { Type } from "@sinclair/typebox";
import type { NamedTensors } from "../../engine/program.ts";

/** Schema of what every optimizer has: the peak learning rate, which the schedule multiplies at each step. */
export const learningRate = Type.Number({ exclusiveMinimum: 0, maximum: 1, description: "Peak learning rate." });

/** A trained parameter, as an optimizer tells parameters apart. */
export interface TrainedParameter {
  readonly name: string;
  readonly shape: readonly number[];
}

/** A parameter with what is kept of it: `slots` by their names, in the shapes that the rule says. */
export interface OptimizerArrays {
  readonly parameter: tf.Tensor;
  readonly slots: NamedTensors;
}

/** A gradient in the shape of its parameter, which counts `scale` times: what clipping leaves of it. */
export interface ScaledGradient {
  readonly value: tf.Tensor;
  readonly scale: tf.Scalar;
}

/** How parameters of one kind are changed. Two parameters have the same rule only where it is the same object. */
export interface UpdateRule {
  /**
   * Whether each number is changed by what stands at its own index alone. The rule then takes many parameters side by
   * side as one flat array, with flat slots, which must be of the parameter's own shape.
   */
  readonly elementwise: boolean;
  /** The shapes of what is kept of a parameter of this shape, by name. All of it is 0 before the first step. */
  slots(shape: readonly number[]): Readonly<Record<string, readonly number[]>>;
  /** One step as tf ops; `scalars` are those of the optimizer, as tensors. */
  step(arrays: OptimizerArrays, gradient: ScaledGradient, scalars: NamedTensors): OptimizerArrays;
}

/** What turns gradients into steps. */
export interface Optimizer {
  /** For errors and logs. */
  readonly name: string;
  /** What the rules read of step t, from 1, at `factor` times the peak learning rate; the same names at every step. */
  scalars(factor: number, step: number): Readonly<Record<string, number>>;
  /** How this parameter is changed. */
  rule(parameter: TrainedParameter): UpdateRule;
}

/** Whether weight decay counts for a parameter: matrices decay, vectors (gains, biases) are left alone. */
export const decays = ({ shape }: Pick<TrainedParameter, "shape">): boolean => shape.length >= 2;

/** The gradient after clipping. */
export const clipped = ({ value, scale }: ScaledGradient): tf.Tensor => tf.mul(value, scale);

/** decay old + (1 - decay) new: a running mean. */
export const runningMean = (old: tf.Tensor, decay: number, latest: tf.Tensor): tf.Tensor =>
  tf.add(tf.mul(old, decay), tf.mul(latest, 1 - decay));
