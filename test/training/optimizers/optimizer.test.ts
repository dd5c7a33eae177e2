/** What all optimizers share. */
import * as tf from "@tensorflow/tfjs";
import { expect, test } from "vitest";
import { clipped, decays, runningMean } from "../../../src/training/optimizers/optimizer.ts";

test("parameters of two or more axes decay", () => {
  expect([[2, 3], [2, 3, 4], [6], []].map((shape) => decays({ shape }))).toEqual([true, true, false, false]);
});

test("a gradient counts as much as clipping leaves of it, and a mean moves by the rest of its decay", () => {
  tf.tidy(() => {
    expect([...clipped({ value: tf.tensor1d([4, -8]), scale: tf.scalar(0.25) }).dataSync()]).toEqual([1, -2]);
    expect([...runningMean(tf.tensor1d([4, 0]), 0.75, tf.tensor1d([8, 4])).dataSync()]).toEqual([5, 1]);
  });
});
