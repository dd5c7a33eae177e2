/** The gated feed-forward layer. */
import type * as tf from "@tensorflow/tfjs";
import type { NamedTensors } from "../../../src/engine/program.ts";
import { describe, expect, test } from "vitest";
import { swiglu } from "../../../src/policies/layers/swiglu.ts";
import { compute, engines, expectGradients, farthest, floats, noise } from "../../laws/evaluate.ts";

const build = (inputs: NamedTensors): tf.Tensor2D => swiglu(inputs, "mlp", inputs["x"] as tf.Tensor2D);

const weights = <T>(gate: T, up: T, down: T): Record<string, T> => ({
  "mlp.gate_proj.weight": gate,
  "mlp.up_proj.weight": up,
  "mlp.down_proj.weight": down,
});

describe.each(engines)("swiglu on $name", ({ evaluate }) => {
  test("multiplies silu(gate x) with up x", async () => {
    const values = { x: floats([1, 2], [2, 3]), ...weights(floats([1, 2], [1, 0]), floats([1, 2], [0, 1]), floats([2, 1], [1, -2])) };
    const { y } = await compute(evaluate, values, (inputs) => ({ y: build(inputs) }));
    const inner = (2 / (1 + Math.exp(-2))) * 3;
    expect(farthest(y, [inner, -2 * inner])).toBeLessThan(1e-5);
  });

  test("gradients agree with finite differences", async () => {
    const values = { x: noise("x", [3, 4]), ...weights(noise("gate", [5, 4]), noise("up", [5, 4]), noise("down", [4, 5])) };
    await expectGradients(evaluate, values, Object.keys(values), noise("sum", [3, 4]), build);
  });
});
