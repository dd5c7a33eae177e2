/** Tests of the policy's entropy. */
import * as tf from "@tensorflow/tfjs";
import { describe, expect, test } from "vitest";
import { float32, type Program } from "../../../src/engine/program.ts";
import { entropy } from "../../../src/objectives/arithmetic/entropy.ts";
import { engines } from "../../laws/evaluate.ts";
import { finiteDifferences, logSoftmax } from "../reference.ts";

const positions = [
  [0, 0, 0, 0],
  [1, -2, 0.5, 3],
  [80, -80, 0, 0],
];

const exact = (logits: readonly number[]): number => -logSoftmax(logits).reduce((sum, logProb) => sum + Math.exp(logProb) * logProb, 0);

const program: Program<"logits", "value" | "gradient"> = {
  name: "entropy",
  inputs: { logits: float32(3, 4) },
  build: ({ logits }) => ({ value: entropy(logits), gradient: tf.grad((z) => tf.sum(entropy(z)))(logits) }),
};

describe.each(engines)("entropy on $name", ({ evaluate }) => {
  test("it is log V for a uniform distribution, zero for a certain one, and its gradient is exact", async () => {
    const { value, gradient } = await evaluate(program, { logits: Float32Array.from(positions.flat()) });
    for (const [i, position] of positions.entries()) expect(value[i]).toBeCloseTo(exact(position), 6);
    expect(value[0]).toBeCloseTo(Math.log(4), 6);
    expect(value[2]).toBeLessThan(1e-12);
    for (const [i, expected] of positions.flatMap((position) => finiteDifferences(exact, position)).entries()) {
      expect(gradient[i]).toBeCloseTo(expected, 6);
    }
  });
});
