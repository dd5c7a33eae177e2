/** Adafactor: the laws of an optimizer, beside transformers', what it keeps, and gradients that float32 can hardly square. */
import * as tf from "@tensorflow/tfjs";
import { expect, test } from "vitest";
import { adafactor } from "../../../src/training/optimizers/adafactor.ts";
import { optimizerLaws } from "../../laws/optimizer.laws.ts";

optimizerLaws("adafactor");

const settings = {
  learningRate: 0.5,
  decayRate: 0.8,
  epsilon: 1e-30,
  clipThreshold: 1,
  scaleParameter: false,
  leastScale: 1e-3,
  weightDecay: 0,
};

test("of a matrix a row and a column are kept, of a stack of matrices those of each, of a vector all", () => {
  const kept = (shape: readonly number[], beta1?: number) =>
    adafactor(beta1 === undefined ? settings : { ...settings, beta1 })
      .rule({ name: "weight", shape })
      .slots(shape);
  expect(kept([5, 3])).toEqual({ row: [5], column: [3] });
  expect(kept([2, 5, 3])).toEqual({ row: [2, 5], column: [2, 3] });
  expect(kept([4])).toEqual({ second: [4] });
  expect(kept([5, 3], 0.9)).toEqual({ row: [5], column: [3], first: [5, 3] });
});

test("what never had a gradient stays as it is beside what has a huge one", () => {
  const optimizer = adafactor(settings);
  tf.tidy(() => {
    const rule = optimizer.rule({ name: "table", shape: [2, 2] });
    const arrays = { parameter: tf.ones([2, 2]), slots: { row: tf.zeros([2]), column: tf.zeros([2]) } };
    const scalars = Object.fromEntries(Object.entries(optimizer.scalars(1, 1)).map(([name, value]) => [name, tf.scalar(value)]));
    const gradient = { value: tf.tensor2d([0, 0, 0, 1e15], [2, 2]), scale: tf.scalar(1) };
    const { parameter } = rule.step(arrays, gradient, scalars);
    const values = [...parameter.dataSync()];
    expect(values.slice(0, 3)).toEqual([1, 1, 1]);
    // One number of rank one: its mean square is what row and column say, so the step is the learning rate.
    expect(values[3]).toBeCloseTo(1 - 0.5, 5);
  });
});
