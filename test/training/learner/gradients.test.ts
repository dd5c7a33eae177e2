/** Loss, metrics and gradients of one pass, and clipping. */
import * as tf from "@tensorflow/tfjs";
import { describe, expect, test } from "vitest";
import { clipFactor, differentiate, globalNorm } from "../../../src/training/learner/gradients.ts";
import { compute, engines, floats } from "../../laws/evaluate.ts";

const values = { w: floats([2, 2], [1, -2, 3, 0.5]), b: floats([2], [0.25, -1]), x: floats([2, 2], [2, 1, -1, 4]) };

describe.each(engines)("on $name", ({ evaluate }) => {
  test("loss and gradients are those of the function, and metrics made inside of it live on", async () => {
    const outputs = await compute(evaluate, values, (inputs) => {
      const { loss, metrics, gradients } = differentiate(
        ({ w, b }) => {
          const predicted = tf.add(tf.mul(w!, inputs["x"]!), b!);
          return {
            loss: tf.sum(tf.square(predicted)),
            metrics: { mean: tf.mean(predicted), largest: tf.max(predicted) },
          };
        },
        { w: inputs["w"]!, b: inputs["b"]! },
      );
      return { loss, mean: metrics["mean"]!, largest: metrics["largest"]!, w: gradients["w"]!, b: gradients["b"]! };
    });
    // predicted = w x + b = [[2.25, -3], [-2.75, 1]]; d loss / d w = 2 predicted x; d loss / d b = the column sums of 2 predicted.
    expect(Array.from(outputs.loss)).toEqual([2.25 ** 2 + 9 + 2.75 ** 2 + 1]);
    expect(Array.from(outputs.mean)).toEqual([-0.625]);
    expect(Array.from(outputs.largest)).toEqual([2.25]);
    expect(Array.from(outputs.w)).toEqual([9, -6, 5.5, 8]);
    expect(Array.from(outputs.b)).toEqual([-1, -4]);
  });

  test("a loss that is a metric too is given twice", async () => {
    const outputs = await compute(evaluate, values, (inputs) => {
      const { loss, metrics } = differentiate(
        ({ b }) => {
          const sum = tf.sum(b!);
          return { loss: sum, metrics: { same: sum } } as { loss: tf.Scalar; metrics: Record<string, tf.Scalar> };
        },
        { b: inputs["b"]! },
      );
      return { loss, same: metrics["same"]! };
    });
    expect([outputs.loss[0], outputs.same[0]]).toEqual([-0.75, -0.75]);
  });

  test.each([
    { limit: 6.5, factor: 0.5 },
    { limit: 13, factor: 1 },
    { limit: 100, factor: 1 },
  ])("a gradient of norm 13 is scaled by $factor to stay below $limit", async ({ limit, factor }) => {
    const parts = { a: floats([2], [3, 4]), b: floats([1, 1], [12]) };
    const outputs = await compute(evaluate, parts, (inputs) => {
      const norm = globalNorm(inputs);
      return { norm, factor: clipFactor(norm, limit) };
    });
    expect(outputs.norm[0]).toBeCloseTo(13, 5);
    expect(outputs.factor[0]).toBeCloseTo(factor, 6);
  });

  test("a gradient of zero is left alone", async () => {
    const outputs = await compute(evaluate, { a: floats([2], [0, 0]) }, (inputs) => ({ factor: clipFactor(globalNorm(inputs), 1) }));
    expect(outputs.factor[0]).toBe(1);
  });
});

test("differentiating leaves no tensor behind", async () => {
  await tf.setBackend("cpu");
  const before = tf.memory().numTensors;
  const metric = tf.tidy(() => {
    const { metrics } = differentiate(({ b }) => ({ loss: tf.sum(tf.square(b!)), metrics: { mean: tf.mean(b!) } }), {
      b: tf.tensor1d([1, 2]),
    });
    return metrics["mean"]!;
  });
  expect(tf.memory().numTensors).toBe(before + 1);
  expect(metric.dataSync()[0]).toBe(1.5);
  metric.dispose();
});
