/** The linear layer. */
import type * as tf from "@tensorflow/tfjs";
import { expect, test } from "vitest";
import { linear } from "../../../src/policies/layers/linear.ts";
import { compute, engines, expectGradients, floats, noise } from "../../laws/evaluate.ts";

test.each(engines)("on $name, a row of the output is a row of x times each row of the weight", async ({ evaluate }) => {
  const values = { x: floats([2, 2], [1, 2, 3, 4]), weight: floats([3, 2], [1, 0, 0, 1, 1, -1]) };
  const { y } = await compute(evaluate, values, (inputs) => ({ y: linear(inputs["x"] as tf.Tensor2D, inputs["weight"] as tf.Tensor2D) }));
  expect(y).toEqual(Float32Array.of(1, 2, -1, 3, 4, -1));
});

test.each(engines)("on $name, gradients agree with finite differences", async ({ evaluate }) => {
  const values = { x: noise("x", [4, 3]), weight: noise("weight", [2, 3]) };
  await expectGradients(evaluate, values, ["x", "weight"], noise("sum", [4, 2]), (inputs) =>
    linear(inputs["x"] as tf.Tensor2D, inputs["weight"] as tf.Tensor2D),
  );
});
