/**
 * Which places of a pass ask: after the last block no place is read by another, so that it computes those alone whose
 * states are wanted.
 */
import * as tf from "@tensorflow/tfjs";
import { slotBias } from "./attention.ts";
import { lastOfRows, lastPlaces } from "./last-places.ts";
import { lastPlace } from "./last-places.ts";

/** A of the T places of every row. */
export interface Asking {
  /** x [B * T, D] -> [B * A, D]. */
  readonly rows: (x: tf.Tensor2D) => tf.Tensor2D;
  /** x [B, 1, T, W] -> [B, 1, A, W]. */
  readonly places: (x: tf.Tensor4D) => tf.Tensor4D;
  /** [B, 1, A, T], added to scores: what each of them sees. */
  readonly bias: tf.Tensor4D;
}

/** All places, with the bias [B, 1, T, T] of a pass, or [B, 1, 1, S] of one place before a cache. */
export const allPlaces = (bias: tf.Tensor4D): Asking => ({ rows: (x) => x, places: (x) => x, bias });

/** The last places of every row. */
export const lastOnes = (bias: tf.Tensor4D, last: number): Asking => ({
  rows: (x) => lastOfRows(x, bias.shape[0], last),
  places: (x) => lastPlaces(x, last),
  bias: lastPlaces(bias, last),
});

/** The place of each row's last token, wherever padding stands, by the mask [B, T]: it sees all tokens of its row. */
export const rowEnds = (mask: tf.Tensor2D): Asking => {
  const [batch, tokens] = mask.shape;
  const ends: tf.Tensor1D = tf.add(tf.range(0, batch * tokens, tokens, "int32"), lastPlace(mask));
  return {
    rows: (x) => tf.gather(x, ends),
    places: (x) => tf.reshape(tf.gather(tf.reshape(x, [batch * tokens, x.shape[3]]), ends), [batch, 1, 1, x.shape[3]]),
    bias: slotBias(mask),
  };
};
