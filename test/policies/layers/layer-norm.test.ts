/** Layer normalisation. */
import type * as tf from "@tensorflow/tfjs";
import type { NamedTensors } from "../../../src/engine/program.ts";
import { describe, expect, test } from "vitest";
import { layerNorm } from "../../../src/policies/layers/layer-norm.ts";
import { compute, engines, expectGradients, farthest, floats, noise } from "../../laws/evaluate.ts";

const build =
  (epsilon: number) =>
  (inputs: NamedTensors): tf.Tensor2D =>
    layerNorm(inputs, "ln", inputs["x"] as tf.Tensor2D, epsilon);

describe.each(engines)("layerNorm on $name", ({ evaluate }) => {
  test("takes the mean away and divides by the root of the variance", async () => {
    const values = { x: floats([2, 2], [1, 5, 7, 7]), "ln.weight": floats([2], [1, 2]), "ln.bias": floats([2], [10, 20]) };
    const { y } = await compute(evaluate, values, (inputs) => ({ y: build(0.25)(inputs) }));
    const root = Math.sqrt(4 + 0.25);
    expect(farthest(y, [10 - 2 / root, 20 + 4 / root, 10, 20])).toBeLessThan(1e-5);
  });

  test("gradients agree with finite differences, where epsilon matters too", async () => {
    for (const epsilon of [1e-5, 0.5]) {
      const values = { x: noise("x", [3, 8]), "ln.weight": noise("weight", [8]), "ln.bias": noise("bias", [8]) };
      await expectGradients(evaluate, values, Object.keys(values), noise("sum", [3, 8]), build(epsilon));
    }
  });
});
