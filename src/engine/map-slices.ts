/**
 * The map primitive: a body applied to one slice of some tensors after the other, so that what it needs on the way
 * exists for one slice at a time.
 */
import * as tf from "@tensorflow/tfjs";
import type { NamedTensors } from "./program.ts";

/** Makes tensors of one slice out of tensors of one slice; may use any tensor from outside as a constant. */
export type SliceBody = (slices: NamedTensors) => NamedTensors;

/** A backend that records ops instead of computing them records a map as one node. */
export interface MapRecorder {
  recordMap(tensors: NamedTensors, body: SliceBody): NamedTensors;
}

const isRecorder = (backend: object): backend is MapRecorder => "recordMap" in backend;

const clones = (tensors: NamedTensors): Record<string, tf.Tensor> =>
  Object.fromEntries(Object.entries(tensors).map(([name, value]) => [name, tf.clone(value)]));

/**
 * [count, ...] -> [...]. On TensorFlow.js's wasm backend (4.22) tf.slice copies all of its operand first, and tf.gather
 * copies number by number; gatherND copies the slice.
 */
const sliceOf = (tensor: tf.Tensor, index: number): tf.Tensor =>
  tf.reshape(tf.gatherND(tensor, tf.tensor2d([index], [1, 1], "int32")), tensor.shape.slice(1));

const runEagerly = (tensors: NamedTensors, count: number, body: SliceBody): NamedTensors => {
  const results = Array.from({ length: count }, (_, index) =>
    tf.tidy(() =>
      clones(body(Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, sliceOf(tensor, index)])))),
    ),
  );
  return Object.fromEntries(
    Object.keys(results[0]!).map((name) => {
      const rows = results.map((result) => result[name]!);
      const stacked = tf.stack(rows);
      tf.dispose(rows);
      return [name, stacked];
    }),
  );
};

/**
 * `tensors` are all [count, ...]; the body gets their slices [...] by name, and what it gives back comes out stacked,
 * [count, ...]. Not differentiable: for use inside of a gradient that is stated. `RangeError` when there are no
 * tensors, no slices, or counts that differ.
 */
export const mapSlices = (tensors: NamedTensors, body: SliceBody): NamedTensors => {
  const counts = new Set(Object.values(tensors).map(({ shape }) => shape[0] ?? 0));
  const [count] = counts;
  if (counts.size !== 1 || count === undefined || count < 1) {
    throw new RangeError(
      `mapSlices: expected tensors of one positive number of slices, got ${[...counts].join(", ") || "none"}`,
    );
  }
  const backend = tf.backend();
  return isRecorder(backend) ? backend.recordMap(tensors, body) : runEagerly(tensors, count, body);
};
