/** Rotary position embedding. */
import * as tf from "@tensorflow/tfjs";
import { rotaryFrequencies, type RotarySizes } from "./rotary-frequencies.ts";

/**
 * Cosines and sines of every token's angles, each [B, 1, T, W / 2] for heads of width W. Made once a forward pass, for
 * all layers.
 */
export interface Rotary {
  readonly cos: tf.Tensor4D;
  readonly sin: tf.Tensor4D;
}

/**
 * [positions, W]: the cosines in the left half, the sines in the right half. Angles are rounded to float32 as PyTorch's
 * are.
 */
const table = (positions: number, sizes: RotarySizes): tf.Tensor2D => {
  const frequencies = rotaryFrequencies(sizes);
  const half = frequencies.length;
  const values = new Float32Array(positions * sizes.headWidth);
  for (let position = 0; position < positions; position += 1) {
    for (let i = 0; i < half; i += 1) {
      const angle = Math.fround(position * frequencies[i]!);
      values[position * sizes.headWidth + i] = Math.cos(angle);
      values[position * sizes.headWidth + half + i] = Math.sin(angle);
    }
  }
  return tf.tensor2d(values, [positions, sizes.headWidth]);
};

/**
 * The angles at `positions` [B, T] int32, each below `end`. Cosines are made on the host and looked up, for GPUs are
 * inexact at large angles; the table has `end` rows, so `end` is what a program can need and not the context.
 */
export const rotaryAt = (positions: tf.Tensor2D, end: number, sizes: RotarySizes): Rotary => {
  const [batch, tokens] = positions.shape;
  const rows = tf.gather(table(end, sizes), tf.reshape(positions, [batch * tokens]));
  const [cos, sin] = tf.split(tf.reshape(rows, [batch, 1, tokens, sizes.headWidth]), 2, 3) as [
    tf.Tensor4D,
    tf.Tensor4D,
  ];
  return { cos, sin };
};

const turn = (x: tf.Tensor, cos: tf.Tensor, sin: tf.Tensor): tf.Tensor => {
  const [left, right] = tf.split(x, 2, 3) as [tf.Tensor4D, tf.Tensor4D];
  return tf.concat([tf.sub(tf.mul(left, cos), tf.mul(right, sin)), tf.add(tf.mul(right, cos), tf.mul(left, sin))], 3);
};

/**
 * Turns channels i and i + W / 2 of every head by the token's angle (Su et al., 2021; HuggingFace's pairing of halves).
 * x [B, H, T, W] -> the same shape. The gradient is the turn back.
 */
export const rotate = (x: tf.Tensor4D, rotary: Rotary): tf.Tensor4D => {
  const turned = tf.customGrad((input, save) => {
    (save as tf.GradSaveFunc)([rotary.cos, rotary.sin]);
    return {
      value: turn(input as tf.Tensor, rotary.cos, rotary.sin),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [cos, sin] = saved as [tf.Tensor, tf.Tensor];
        return turn(dy, cos, tf.neg(sin));
      },
    };
  });
  return turned(x) as tf.Tensor4D;
};
