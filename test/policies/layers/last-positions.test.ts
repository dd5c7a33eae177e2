/** The last positions of a batch: which rows they are, and that gradients reach them alone. */
import * as tf from "@tensorflow/tfjs";
import { expect, test } from "vitest";
import { lastOfRows, lastPosition, lastPositions } from "../../../src/policies/layers/last-positions.ts";
import { compute, engines, floats } from "../../laws/evaluate.ts";

const rows = tf.tensor2d([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], [6, 2]);

test("of two rows of three positions the last two are taken", () => {
  expect(Array.from(lastOfRows(rows, 2, 2).dataSync())).toEqual([2, 3, 4, 5, 8, 9, 10, 11]);
  const heads = tf.reshape(rows, [2, 1, 3, 2]) as tf.Tensor4D;
  expect(lastPositions(heads, 1).shape).toEqual([2, 1, 1, 2]);
  expect(Array.from(lastPositions(heads, 1).dataSync())).toEqual([4, 5, 10, 11]);
});

test("all positions are the tensor itself", () => {
  expect(lastOfRows(rows, 2, 3)).toBe(rows);
  const heads = tf.reshape(rows, [2, 1, 3, 2]) as tf.Tensor4D;
  expect(lastPositions(heads, 3)).toBe(heads);
});

test("no gradient reaches the others", () => {
  const gradient = tf.grad((x) => tf.sum(tf.square(lastOfRows(x as tf.Tensor2D, 2, 1))))(rows);
  expect(Array.from(gradient.dataSync())).toEqual([0, 0, 0, 0, 8, 10, 0, 0, 0, 0, 20, 22]);
});

test.each(engines)("on $name, the last token of a row is found whichever side is padded", async ({ evaluate }) => {
  const mask = floats([5, 4], [1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 1, 1, 0]);
  const { last } = await compute(evaluate, { mask }, (inputs) => ({ last: lastPosition(inputs["mask"] as tf.Tensor2D) }));
  expect(Array.from(last)).toEqual([3, 1, 3, 0, 2]);
});
