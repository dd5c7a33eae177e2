/** Tests of next-token distributions and of gradients in closed form. */
import * as tf from "@tensorflow/tfjs";
import { describe, expect, test } from "vitest";
import { float32, type Program } from "../../../src/engine/program.ts";
import { checkTemperature, closedForm, distribution, tempered } from "../../../src/objectives/arithmetic/distribution.ts";
import { engines } from "../../laws/evaluate.ts";
import { logSoftmax } from "../reference.ts";

const positions = [
  [0, 0, 0],
  [1, -2, 0.5],
  [80, -80, 0],
  [-80, -80, -79],
  [1000, 999, 998],
];

const programOf = (build: (logits: tf.Tensor) => Record<string, tf.Tensor>): Program<"logits"> => ({
  name: "distribution",
  inputs: { logits: float32(positions.length, 3) },
  build: ({ logits }) => build(logits),
});

describe.each(engines)("distributions on $name", ({ evaluate }) => {
  const logits = Float32Array.from(positions.flat());

  test("probabilities and log-probs are exact, also where probabilities underflow", async () => {
    const program = programOf((z) => ({ ...distribution(z) }));
    const { probabilities, logProbs } = await evaluate(program, { logits });
    const expected = positions.flatMap((position) => logSoftmax(position));
    for (const [i, logProb] of expected.entries()) {
      expect(Math.abs(logProbs![i]! - logProb)).toBeLessThanOrEqual(1e-6 * Math.max(1, Math.abs(logProb)) + (i >= 12 ? 1e-4 : 0));
      expect(probabilities![i]).toBeCloseTo(Math.exp(logProb), 6);
    }
  });

  test("the gradient is the stated one, times what comes from above, and nothing reaches what the formula closes over", async () => {
    const program = programOf((z) => {
      const stated = (x: tf.Tensor, outside: tf.Tensor): tf.Tensor =>
        closedForm(x, ({ probabilities }) => ({ value: tf.sum(tf.mul(x, outside), -1), gradient: probabilities }));
      const [left] = tf.grads((x: tf.Tensor) => tf.sum(tf.mul(stated(x, tf.square(x)), 3)))([z]);
      return { left: left!, probabilities: tf.softmax(z) };
    });
    const { left, probabilities } = await evaluate(program, { logits });
    for (const [i, p] of probabilities!.entries()) expect(left![i]).toBeCloseTo(3 * p, 5);
  });

  test("a temperature divides the logits, in value and gradient", async () => {
    const program = programOf((z) => ({
      warm: tempered(z, 2),
      gradient: tf.grad((x) => tf.sum(tempered(x, 2)))(z),
      same: tempered(z, 1),
    }));
    const { warm, gradient, same } = await evaluate(program, { logits });
    expect(warm).toEqual(logits.map((z) => z / 2));
    expect(gradient).toEqual(new Float32Array(15).fill(0.5));
    expect(same).toEqual(logits);
  });
});

test("temperatures that are not positive and finite are refused with the owner", () => {
  for (const temperature of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
    expect(() => checkTemperature("x", temperature)).toThrow(/x: expected a student temperature above 0/);
  }
  expect(() => checkTemperature("x", 0.1)).not.toThrow();
});
