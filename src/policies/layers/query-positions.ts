/**
 * Query positions of a forward pass. The last block computes only those whose hidden states are needed, since after it
 * no position attends to another.
 */
import * as tf from "@tensorflow/tfjs";
import { slotBias } from "./attention.ts";
import { lastOfRows, lastPositions } from "./last-positions.ts";
import { lastPosition } from "./last-positions.ts";

/** A of the T positions of every row. */
export interface QueryPositions {
  /** x [B * T, D] -> [B * A, D]. */
  readonly rows: (x: tf.Tensor2D) => tf.Tensor2D;
  /** x [B, 1, T, W] -> [B, 1, A, W]. */
  readonly positions: (x: tf.Tensor4D) => tf.Tensor4D;
  /** [B, 1, A, T], added to scores: which positions each of them attends to. */
  readonly bias: tf.Tensor4D;
}

/** All positions, with the bias [B, 1, T, T] of a pass, or [B, 1, 1, S] of one position and a cache of S slots. */
export const allPositions = (bias: tf.Tensor4D): QueryPositions => ({ rows: (x) => x, positions: (x) => x, bias });

/** The last positions of every row. */
export const lastPositionsOnly = (bias: tf.Tensor4D, last: number): QueryPositions => ({
  rows: (x) => lastOfRows(x, bias.shape[0], last),
  positions: (x) => lastPositions(x, last),
  bias: lastPositions(bias, last),
});

/**
 * The position of each row's last token by the mask [B, T], padded left or right: it attends to all tokens of its row.
 */
export const rowEnds = (mask: tf.Tensor2D): QueryPositions => {
  const [batch, tokens] = mask.shape;
  const ends: tf.Tensor1D = tf.add(tf.range(0, batch * tokens, tokens, "int32"), lastPosition(mask));
  return {
    rows: (x) => tf.gather(x, ends),
    positions: (x) =>
      tf.reshape(tf.gather(tf.reshape(x, [batch * tokens, x.shape[3]]), ends), [batch, 1, 1, x.shape[3]]),
    bias: slotBias(mask),
  };
};
