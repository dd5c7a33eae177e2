/** Tests of the Jacobian of softmax. */
import * as tf from "@tensorflow/tfjs";
import { describe, expect, test } from "vitest";
import { float32, type Program } from "../../../src/engine/program.ts";
import { softmaxJacobian } from "../../../src/objectives/divergences/softmax-jacobian.ts";
import { engines } from "../../laws/evaluate.ts";
import { finiteDifferences, logSoftmax } from "../reference.ts";

describe.each(engines)("the Jacobian of softmax on $name", ({ evaluate }) => {
  test("is that of finite differences", async () => {
    const student = [0.3, -1, 2];
    const g = [3, -2, 0.5];
    const program: Program<"q" | "g", "product"> = {
      name: "jacobian",
      inputs: { q: float32(3), g: float32(3) },
      build: ({ q, g: values }) => ({ product: softmaxJacobian(q, values, tf.sum(tf.mul(q, values), -1, true)) }),
    };
    const q = Float32Array.from(logSoftmax(student), Math.exp);
    const { product } = await evaluate(program, { q, g: Float32Array.from(g) });
    const expectation = (logits: readonly number[]): number => logSoftmax(logits).reduce((sum, logQ, i) => sum + Math.exp(logQ) * g[i]!, 0);
    for (const [i, expected] of finiteDifferences(expectation, student).entries()) expect(product[i]).toBeCloseTo(expected, 6);
  });
});
