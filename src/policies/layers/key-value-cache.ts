/**
 * Keys and values that attention remembers: none beyond a pass over whole sequences, or a cache of static size while
 * decoding.
 */
import * as tf from "@tensorflow/tfjs";
import type { NamedTensors } from "../../engine/program.ts";
import { writeSlot } from "../../engine/write-slot.ts";
import { parameter } from "./parameter.ts";

/** Keys and values of one layer, each [B, K, S, W]. */
export interface Memory {
  readonly keys: tf.Tensor4D;
  readonly values: tf.Tensor4D;
}

/** From the new keys and values of a layer to all that its queries may attend to. */
export type Remember = (layer: number, fresh: Memory) => Memory;

/** A pass without a cache. */
export const forgetful: Remember = (_, fresh) => fresh;

const keysName = (layer: number): string => `layers.${layer}.keys`;
const valuesName = (layer: number): string => `layers.${layer}.values`;

const widened = (x: tf.Tensor4D, capacity: number): tf.Tensor4D => {
  const free = capacity - x.shape[2];
  if (free === 0) return x;
  return tf.pad4d(x, [
    [0, 0],
    [0, 0],
    [0, free],
    [0, 0],
  ]);
};

/**
 * Begins a cache `layers.<i>.keys` and `layers.<i>.values`, each [B, K, capacity, W]: the keys and values of a pass are
 * in the first slots.
 */
export const begunCache = (capacity: number): { readonly cache: NamedTensors; readonly remember: Remember } => {
  const cache: Record<string, tf.Tensor> = {};
  return {
    cache,
    remember(layer, fresh) {
      cache[keysName(layer)] = widened(fresh.keys, capacity);
      cache[valuesName(layer)] = widened(fresh.values, capacity);
      return fresh;
    },
  };
};

/**
 * Continues a cache: the new token's keys and values [B, K, 1, W] go to `slot`. `next` is the new cache, complete once
 * every layer has remembered.
 */
export const continuedCache = (
  cache: NamedTensors,
  slot: tf.Scalar,
): { readonly next: NamedTensors; readonly remember: Remember } => {
  const next: Record<string, tf.Tensor> = {};
  const write = (name: string, value: tf.Tensor4D): tf.Tensor4D => {
    const written = writeSlot(parameter<tf.Rank.R4>(cache, name), 2, slot, value);
    next[name] = written;
    return written;
  };
  return {
    next,
    remember: (layer, fresh) => ({
      keys: write(keysName(layer), fresh.keys),
      values: write(valuesName(layer), fresh.values),
    }),
  };
};
