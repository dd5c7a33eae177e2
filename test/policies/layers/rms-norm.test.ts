/** Root-mean-square normalisation. */
import type * as tf from "@tensorflow/tfjs";
import type { NamedTensors } from "../../../src/engine/program.ts";
import { describe, expect, test } from "vitest";
import { rmsNorm } from "../../../src/policies/layers/rms-norm.ts";
import { compute, engines, expectGradients, farthest, floats, noise } from "../../laws/evaluate.ts";

const build =
  (epsilon: number) =>
  (inputs: NamedTensors): tf.Tensor2D =>
    rmsNorm(inputs["x"] as tf.Tensor2D, inputs["weight"] as tf.Tensor1D, epsilon);

describe.each(engines)("rmsNorm on $name", ({ evaluate }) => {
  test("divides by the root of the mean square", async () => {
    const values = { x: floats([2, 2], [3, 4, 0, 0]), weight: floats([2], [1, 2]) };
    const { y } = await compute(evaluate, values, (inputs) => ({ y: build(0.25)(inputs) }));
    const root = Math.sqrt(12.5 + 0.25);
    expect(farthest(y, [3 / root, 8 / root, 0, 0])).toBeLessThan(1e-6);
  });

  test("gradients agree with finite differences, where epsilon matters too", async () => {
    for (const epsilon of [1e-5, 0.5]) {
      const values = { x: noise("x", [3, 8]), weight: noise("weight", [8]) };
      await expectGradients(evaluate, values, ["x", "weight"], noise("sum", [3, 8]), build(epsilon));
    }
  });
});
