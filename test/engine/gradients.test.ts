/** The repaired gradients; the laws of the engines compare them with finite differences at more shapes. */
import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, test } from "vitest";
import { repairGradients } from "../../src/engine/gradients.ts";

beforeAll(async () => {
  tf.env().set("PROD", true);
  await tf.setBackend("cpu");
  repairGradients();
  repairGradients();
});

describe("repairGradients", () => {
  test("the cumulative sum of a square matrix along its first axis has its own gradient, not the transposed one", () => {
    const gradient = tf.grad((x: tf.Tensor) => tf.sum(tf.mul(tf.cumsum(x, 0), tf.tensor2d([1, 10, 100, 1000], [2, 2]))));
    expect([...gradient(tf.zeros([2, 2])).dataSync()]).toEqual([101, 1010, 100, 1000]);
  });

  test.each([
    ["maximum", tf.maximum, [1, 1, 0, 0], 2],
    ["minimum", tf.minimum, [0, 0, 1, 1], 2],
    ["squaredDifference", tf.squaredDifference, [3, 1, -1, -3], 0],
  ] as const)("the gradient of %s adds up what was broadcast", (_, op, left, right) => {
    const gradients = tf.grads((x: tf.Tensor, y: tf.Tensor) => tf.sum(op(x, y)))([tf.tensor([4, 3, 2, 1]), tf.scalar(2.5)]);
    expect(gradients.map(({ shape }) => shape)).toEqual([[4], []]);
    expect(gradients.map((gradient) => [...gradient.dataSync()])).toEqual([left, [right]]);
  });

  test("the gradient of a product of batches adds up what was broadcast", () => {
    const gradient = tf.grad((y: tf.Tensor) => tf.sum(tf.matMul(tf.ones([3, 1, 2]), y)));
    const result = gradient(tf.ones([1, 2, 2]));
    expect(result.shape).toEqual([1, 2, 2]);
    expect([...result.dataSync()]).toEqual([3, 3, 3, 3]);
  });
});
