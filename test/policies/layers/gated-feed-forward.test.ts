/** The gated feed-forward layer. */
import type * as tf from "@tensorflow/tfjs";
import type { NamedTensors } from "../../../src/engine/program.ts";
import { describe, expect, test } from "vitest";
import { gatedFeedForward } from "../../../src/policies/layers/gated-feed-forward.ts";
import { compute, engines, expectGradients, farthest, floats, noise } from "../../laws/evaluate.ts";

const build =
  (activation: "silu" | "relu") =>
  (inputs: NamedTensors): tf.Tensor2D =>
    gatedFeedForward(inputs, "mlp", activation, inputs["x"] as tf.Tensor2D);

const weights = <T>(gate: T, up: T, down: T): Record<string, T> => ({
  "mlp.gate_proj.weight": gate,
  "mlp.up_proj.weight": up,
  "mlp.down_proj.weight": down,
});

describe.each(engines)("gatedFeedForward on $name", ({ evaluate }) => {
  test("multiplies the activation of gate x with up x", async () => {
    const values = { x: floats([1, 2], [2, 3]), ...weights(floats([1, 2], [1, 0]), floats([1, 2], [0, 1]), floats([2, 1], [1, -2])) };
    const { silu, relu } = await compute(evaluate, values, (inputs) => ({ silu: build("silu")(inputs), relu: build("relu")(inputs) }));
    const inner = (2 / (1 + Math.exp(-2))) * 3;
    expect(farthest(silu, [inner, -2 * inner])).toBeLessThan(1e-5);
    expect(farthest(relu, [6, -12])).toBeLessThan(1e-5);
  });

  test("gradients agree with finite differences, those of biases too", async () => {
    const values = {
      x: noise("x", [3, 4]),
      ...weights(noise("gate", [5, 4]), noise("up", [5, 4]), noise("down", [4, 5])),
      "mlp.gate_proj.bias": noise("gate bias", [5]),
      "mlp.down_proj.bias": noise("down bias", [4]),
    };
    await expectGradients(evaluate, values, Object.keys(values), noise("sum", [3, 4]), build("silu"));
  });
});
