/** Relative position bias: what attention adds to a score for the distance of key and query. */
import * as tf from "@tensorflow/tfjs";
import { embedding } from "./embedding.ts";

/** How distances fall into buckets. */
export interface RelativeBuckets {
  /** Rows of the table. */
  readonly buckets: number;
  /** From this distance on there is one bucket; above half of `buckets`. */
  readonly maxDistance: number;
  /** Keys may be on both sides of the query: half of the buckets is for those right of it. */
  readonly bothSides: boolean;
}

/**
 * The bucket of a distance, position of the key minus position of the query (Raffel et al., 2020). Half of the buckets
 * of a side are for one distance each, the others for ranges that grow by a factor up to `maxDistance`. Rounded to
 * float32 on the way, as the models were trained.
 */
export const bucketOf = (distance: number, { buckets, maxDistance, bothSides }: RelativeBuckets): number => {
  const count = bothSides ? Math.floor(buckets / 2) : buckets;
  const first = bothSides && distance > 0 ? count : 0;
  const away = bothSides ? Math.abs(distance) : Math.max(-distance, 0);
  const exact = Math.floor(count / 2);
  if (away < exact) return first + away;
  const { fround, log } = Math;
  const share = fround(fround(log(fround(away / exact))) / fround(log(maxDistance / exact)));
  return first + Math.min(exact + Math.trunc(fround(share * (count - exact))), count - 1);
};

/**
 * table [buckets, H] -> bias [1, H, T, T] of the positions of padded sequences. A row's tokens are contiguous, so that
 * padding does not change their distances.
 */
export const relativeBias = (table: tf.Tensor2D, tokens: number, buckets: RelativeBuckets): tf.Tensor4D => {
  const ids = Int32Array.from({ length: tokens * tokens }, (_, at) =>
    bucketOf((at % tokens) - Math.floor(at / tokens), buckets),
  );
  const rows = embedding(table, tf.tensor1d(ids, "int32"));
  return tf.reshape(tf.transpose(rows), [1, table.shape[1], tokens, tokens]);
};

/**
 * table [buckets, H] -> bias [1, H, 1, S] of a query in `slot` (scalar int32) of S slots, for keys no further right.
 */
export const slotRelativeBias = (
  table: tf.Tensor2D,
  slot: tf.Scalar,
  slots: number,
  buckets: RelativeBuckets,
): tf.Tensor4D => {
  const byDistance = tf.tensor1d(
    Int32Array.from({ length: slots }, (_, away) => bucketOf(-away, buckets)),
    "int32",
  );
  const away = tf.maximum<tf.Tensor1D>(tf.sub(slot, tf.range(0, slots, 1, "int32")), tf.scalar(0, "int32"));
  const rows = embedding(table, tf.gather(byDistance, away));
  return tf.reshape(tf.transpose(rows), [1, table.shape[1], 1, slots]);
};
