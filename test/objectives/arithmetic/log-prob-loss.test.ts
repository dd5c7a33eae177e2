/** Tests of losses of log-probs whose derivative is stated. */
import * as tf from "@tensorflow/tfjs";
import { describe, expect, test } from "vitest";
import { logProbLoss } from "../../../src/objectives/arithmetic/log-prob-loss.ts";
import { compute, engines, floats } from "../../laws/evaluate.ts";

describe.each(engines)("loss of log-probs on $name", ({ evaluate }) => {
  const values = { logProbs: floats([2, 2], [-1, -2, -3, -4]), factors: floats([2, 2], [1, 2, 3, 4]) };

  test("it has the stated value and the stated derivative, times what is made of it", async () => {
    const { value, gradient } = await compute(evaluate, values, ({ logProbs, factors }) => {
      const loss = (at: tf.Tensor) => logProbLoss(at, (given) => ({ value: tf.square(given), derivative: factors! }));
      return { value: loss(logProbs!), gradient: tf.grad((at) => tf.sum(tf.mul(loss(at), 10)))(logProbs!) };
    });
    expect([...value]).toEqual([1, 4, 9, 16]);
    expect([...gradient]).toEqual([10, 20, 30, 40]);
  });

  test("what the formula closes over gets no gradient", async () => {
    const { closed, beside } = await compute(evaluate, values, ({ logProbs, factors }) => {
      const loss = (constant: tf.Tensor) => logProbLoss(logProbs!, (given) => ({ value: tf.mul(given, constant), derivative: constant }));
      return {
        closed: tf.grad((constant) => tf.sum(tf.add(tf.square(constant), loss(constant))))(factors!),
        beside: tf.grad((constant) => tf.sum(tf.square(constant)))(factors!),
      };
    });
    expect([...closed]).toEqual([...beside]);
  });
});
