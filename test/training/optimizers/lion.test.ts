/** Lion: the laws of an optimizer, beside the package lion-pytorch, and steps of one size. */
import * as tf from "@tensorflow/tfjs";
import { expect, test } from "vitest";
import { lion } from "../../../src/training/optimizers/lion.ts";
import { optimizerLaws } from "../../laws/optimizer.laws.ts";

optimizerLaws("lion");

test("a vector moves by the learning rate, however large its gradient is, and stays where there never was one", () => {
  const optimizer = lion({ learningRate: 0.25, beta1: 0.9, beta2: 0.5, weightDecay: 1 });
  tf.tidy(() => {
    const rule = optimizer.rule({ name: "bias", shape: [3] });
    const arrays = { parameter: tf.tensor1d([1, 1, 1]), slots: { first: tf.zeros([3]) } };
    const scalars = Object.fromEntries(Object.entries(optimizer.scalars(1, 1)).map(([name, value]) => [name, tf.scalar(value)]));
    const { parameter, slots } = rule.step(arrays, { value: tf.tensor1d([1e-3, -1e3, 0]), scale: tf.scalar(2) }, scalars);
    expect([...parameter.dataSync()]).toEqual([0.75, 1.25, 1]);
    expect([...slots["first"]!.dataSync()]).toEqual([Math.fround(1e-3), -1e3, 0]);
  });
});
