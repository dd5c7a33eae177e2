/** Activations at known numbers, and their gradients. */
import type * as tf from "@tensorflow/tfjs";
import { describe, expect, test } from "vitest";
import { activations } from "../../../src/policies/layers/activation.ts";
import { compute, engines, expectGradients, farthest, floats, noise } from "../../laws/evaluate.ts";

const at = [-3, -1, 0, 0.5, 2];

/** Values of PyTorch 2.15: relu, gelu, gelu(approximate="tanh") and silu. */
const known = {
  relu: [0, 0, 0, 0.5, 2],
  gelu: [-0.00405023, -0.15865529, 0, 0.34573123, 1.9544997],
  gelu_new: [-0.00363752, -0.15880799, 0, 0.345714, 1.9545977],
  silu: [-0.14227761, -0.26894143, 0, 0.31122968, 1.7615942],
} as const;

const names = Object.keys(known) as (keyof typeof known)[];

describe.each(engines.flatMap((engine) => names.map((activation) => ({ ...engine, activation }))))(
  "$activation on $name",
  ({ evaluate, activation }) => {
    test("has the values of PyTorch", async () => {
      const { y } = await compute(evaluate, { x: floats([1, at.length], at) }, ({ x }) => ({
        y: activations[activation](x as tf.Tensor2D),
      }));
      expect(farthest(y, known[activation])).toBeLessThan(1e-6);
    });

    test("gradients agree with finite differences", async () => {
      await expectGradients(evaluate, { x: noise("x", [4, 8], 2) }, ["x"], noise("sum", [4, 8]), ({ x }) =>
        activations[activation](x as tf.Tensor2D),
      );
    });
  },
);
