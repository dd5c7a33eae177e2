/** Tests of making a divergence from its formula. */
import * as tf from "@tensorflow/tfjs";
import { describe, expect, test } from "vitest";
import { float32, type Program } from "../../../src/engine/program.ts";
import { closedFormDivergence, softmaxJacobian } from "../../../src/objectives/divergences/closed-form-divergence.ts";
import { divergenceProgram } from "../../laws/divergence.laws.ts";
import { engines } from "../../laws/evaluate.ts";
import { finiteDifferences, logSoftmax } from "../reference.ts";

const student = [0.3, -1, 2];
const teacher = logSoftmax([1, 2, 0]);

describe.each(engines)("a divergence from its formula on $name", ({ evaluate }) => {
  test("the formula sees both distributions, and its gradient is used", async () => {
    const crossEntropy = closedFormDivergence("cross-entropy", (p, q) => ({
      value: tf.neg(tf.sum(tf.mul(p.probabilities, q.logProbs), -1)),
      gradient: p.logProbs,
    }));
    const inputs = { teacher: Float32Array.from(teacher), student: Float32Array.from(student) };
    const { value, gradient } = await evaluate(divergenceProgram(crossEntropy, [3]), inputs);
    const q = logSoftmax(student);
    expect(value[0]).toBeCloseTo(-teacher.reduce((sum, logP, i) => sum + Math.exp(logP) * q[i]!, 0), 6);
    expect(gradient).toEqual(inputs.teacher);
  });

  test("the Jacobian of softmax is that of finite differences", async () => {
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
