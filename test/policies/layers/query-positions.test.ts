/** Query positions: all of them, the last ones, or each row's last token, with what they attend to. */
import * as tf from "@tensorflow/tfjs";
import { expect, test } from "vitest";
import { allPositions, lastPositionsOnly, rowEnds } from "../../../src/policies/layers/query-positions.ts";
import { causalBias } from "../../../src/policies/layers/attention.ts";

/** Two rows of three positions: padding on the left of the first and on the right of the second. */
const mask = tf.tensor2d([0, 1, 1, 1, 1, 0], [2, 3]);
const x = tf.tensor2d([0, 1, 2, 3, 4, 5], [6, 1]);
const angles = tf.tensor4d([0, 1, 2, 3, 4, 5], [2, 1, 3, 1]);
const numbers = (tensor: tf.Tensor): number[] => Array.from(tensor.dataSync());

test("all positions are as they were", () => {
  const bias = causalBias(mask);
  const all = allPositions(bias);
  expect([all.rows(x), all.positions(angles), all.bias]).toEqual([x, angles, bias]);
});

test("the last ones see what they saw among all", () => {
  const bias = causalBias(mask);
  const queried = lastPositionsOnly(bias, 2);
  expect([numbers(queried.rows(x)), numbers(queried.positions(angles))]).toEqual([
    [1, 2, 4, 5],
    [1, 2, 4, 5],
  ]);
  expect(queried.bias.shape).toEqual([2, 1, 2, 3]);
  const all = numbers(bias);
  expect(numbers(queried.bias)).toEqual([...all.slice(3, 9), ...all.slice(12, 18)]);
});

test("each row's last token is found, padded left or right, and sees all tokens of its row and no padding", () => {
  const queried = rowEnds(mask);
  expect([numbers(queried.rows(x)), numbers(queried.positions(angles))]).toEqual([
    [2, 4],
    [2, 4],
  ]);
  expect(queried.positions(angles).shape).toEqual([2, 1, 1, 1]);
  expect(queried.bias.shape).toEqual([2, 1, 1, 3]);
  expect(numbers(queried.bias).map((value) => value === 0)).toEqual([false, true, true, true, true, false]);
});
