/**
 * Keys and values of attention: those of one pass over whole sequences, or a cache of static size while decoding.
 */
import * as tf from "@tensorflow/tfjs";
import type { NamedTensors } from "../../engine/program.ts";
import { writeSlot } from "../../engine/write-slot.ts";
import { parameter } from "./parameter.ts";

/** Keys and values of one layer, each [B, K, S, W]. */
export interface KeyValues {
  readonly keys: tf.Tensor4D;
  readonly values: tf.Tensor4D;
}

/** Takes the new keys and values of a layer, and gives all that its queries may attend to. */
export type CacheUpdate = (layer: number, fresh: KeyValues) => KeyValues;

/** A pass without a cache. */
export const withoutCache: CacheUpdate = (_, fresh) => fresh;

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
export const begunCache = (capacity: number): { readonly cache: NamedTensors; readonly updateCache: CacheUpdate } => {
  const cache: Record<string, tf.Tensor> = {};
  return {
    cache,
    updateCache(layer, fresh) {
      cache[keysName(layer)] = widened(fresh.keys, capacity);
      cache[valuesName(layer)] = widened(fresh.values, capacity);
      return fresh;
    },
  };
};

/**
 * Continues a cache: the new token's keys and values [B, K, 1, W] go to `slot`. `next` is the new cache, complete once
 * every layer has been updated.
 */
export const continuedCache = (
  cache: NamedTensors,
  slot: tf.Scalar,
): { readonly next: NamedTensors; readonly updateCache: CacheUpdate } => {
  const next: Record<string, tf.Tensor> = {};
  const write = (name: string, value: tf.Tensor4D): tf.Tensor4D => {
    const written = writeSlot(parameter<tf.Rank.R4>(cache, name), 2, slot, value);
    next[name] = written;
    return written;
  };
  return {
    next,
    updateCache: (layer, fresh) => ({
      keys: write(keysName(layer), fresh.keys),
      values: write(valuesName(layer), fresh.values),
    }),
  };
};
