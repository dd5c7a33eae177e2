/** Tests of returns: against the recursion that defines them. */
import { describe, expect, test } from "vitest";
import { float32, type Program } from "../../src/engine/program.ts";
import { discountedReturns, following } from "../../src/objectives/returns.ts";
import { engines, noise } from "../laws/evaluate.ts";
import type * as tf from "@tensorflow/tfjs";

const program = (T: number, discount: number, by: number): Program<"values", "returns" | "later"> => ({
  name: "returns",
  inputs: { values: float32(2, T) },
  build: ({ values }) => ({
    returns: discountedReturns(values as tf.Tensor2D, discount),
    later: following(values as tf.Tensor2D, by),
  }),
});

describe.each(engines)("returns on $name", ({ evaluate }) => {
  test.each([
    [1, 1],
    [2, 1],
    [5, 0.5],
    [8, 0.9],
    [9, 1],
    [7, 0],
  ])("of %d places, discounted by %d, follow R_t = v_t + g R_(t+1)", async (T, discount) => {
    const values = noise("values", [2, T]).data as Float32Array;
    const { returns } = await evaluate(program(T, discount, 1), { values });
    for (const row of [0, 1]) {
      let next = 0;
      for (let t = T - 1; t >= 0; t -= 1) {
        next = values[row * T + t]! + discount * next;
        expect(returns[row * T + t]).toBeCloseTo(next, 5);
      }
    }
  });

  test("what follows is the value that many places later, and 0 past the end of the row", async () => {
    const { later } = await evaluate(program(3, 1, 2), { values: Float32Array.of(1, 2, 3, 4, 5, 6) });
    expect(Array.from(later)).toEqual([3, 0, 0, 6, 0, 0]);
  });
});
