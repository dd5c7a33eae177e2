/** Tests of the reward to go. */
import type * as tf from "@tensorflow/tfjs";
import { describe, expect, test } from "vitest";
import { checkDiscount, following, rewardToGo } from "../../../src/objectives/arithmetic/reward-to-go.ts";
import { compute, engines, floats, noise } from "../../laws/evaluate.ts";

describe.each(engines)("reward to go on $name", ({ evaluate }) => {
  test.each([
    [0, [1, -2, 3, 0, 4, 8]],
    [0.5, [0.75, -0.5, 3, 4, 8, 8]],
    [1, [2, 1, 3, 12, 12, 8]],
  ])("at discount %d each token answers for what follows in its own row", async (discount, expected) => {
    const values = floats([2, 3], [1, -2, 3, 0, 4, 8]);
    const { output } = await compute(evaluate, { values }, (inputs) => ({ output: rewardToGo(inputs["values"] as tf.Tensor2D, discount) }));
    expect([...output]).toEqual(expected);
  });

  test.each([
    [1, 1],
    [5, 0.5],
    [8, 0.9],
    [9, 1],
  ])("of %d positions, discounted by %d, it follows R_t = x_t + discount R_(t + 1)", async (T, discount) => {
    const values = noise("values", [2, T]);
    const { output } = await compute(evaluate, { values }, (inputs) => ({ output: rewardToGo(inputs["values"] as tf.Tensor2D, discount) }));
    for (const row of [0, 1]) {
      let next = 0;
      for (let t = T - 1; t >= 0; t -= 1) {
        next = values.data[row * T + t]! + discount * next;
        expect(output[row * T + t]).toBeCloseTo(next, 5);
      }
    }
  });

  test("what follows is the value that many positions later, and 0 past the end of the row", async () => {
    const values = floats([2, 3], [1, 2, 3, 4, 5, 6]);
    const { output } = await compute(evaluate, { values }, (inputs) => ({ output: following(inputs["values"] as tf.Tensor2D, 2) }));
    expect([...output]).toEqual([3, 0, 0, 6, 0, 0]);
  });
});

test("discounts outside [0, 1] are refused in the name of who asks", () => {
  for (const discount of [0, 0.5, 1]) expect(() => checkDiscount("who", discount)).not.toThrow();
  for (const discount of [-0.01, 1.01, Number.NaN])
    expect(() => checkDiscount("who", discount)).toThrow(/^who: expected a discount in \[0, 1\], got/);
});
