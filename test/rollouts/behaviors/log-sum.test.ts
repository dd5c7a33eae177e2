/** Sums of probabilities by their logarithms. */
import * as tf from "@tensorflow/tfjs";
import { describe, expect, test } from "vitest";
import { logSum, logSumWhere } from "../../../src/rollouts/behaviors/log-sum.ts";
import { compute, engines, farthest, floats } from "../../laws/evaluate.ts";

describe.each(engines)("logarithms of sums on $name", ({ evaluate }) => {
  test("of two, however far apart and however small", async () => {
    const pairs = [
      [-1, -2],
      [0, -200],
      [-200, -201],
      [-0.5, -0.5],
    ];
    const column = (i: number) =>
      floats(
        [4],
        pairs.map((pair) => pair[i]!),
      );
    const { sum } = await compute(evaluate, { a: column(0), b: column(1) }, (inputs) => ({
      sum: logSum(inputs["a"] as tf.Tensor1D, inputs["b"] as tf.Tensor1D),
    }));
    const expected = pairs.map(([a, b]) => Math.max(a!, b!) + Math.log1p(Math.exp(-Math.abs(a! - b!))));
    expect(farthest(sum, expected)).toBeLessThan(2e-5);
  });

  test("of those that are kept, whatever is elsewhere", async () => {
    const x = [
      [-1, -2, 80],
      [-160, -161, 0],
      [-3, 5, 5],
    ];
    const kept = [
      [1, 1, 0],
      [1, 1, 0],
      [1, 0, 0],
    ];
    const { sum } = await compute(evaluate, { x: floats([3, 3], x.flat()), kept: floats([3, 3], kept.flat()) }, (inputs) => ({
      sum: logSumWhere(tf.greater(inputs["kept"] as tf.Tensor2D, 0), inputs["x"] as tf.Tensor2D),
    }));
    const tail = Math.log1p(Math.exp(-1));
    expect(farthest(sum, [-1 + tail, -160 + tail, -3])).toBeLessThan(2e-5);
  });
});
